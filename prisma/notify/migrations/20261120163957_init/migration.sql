-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "inbox" (
    "durable" TEXT NOT NULL,
    "event_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox__durable_event_id" PRIMARY KEY ("durable","event_id")
);

-- CreateTable
CREATE TABLE "inbox_dead" (
    "inbox_dead_id" BIGSERIAL NOT NULL,
    "durable" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_dead__inbox_dead_id" PRIMARY KEY ("inbox_dead_id")
);

-- CreateTable
CREATE TABLE "webhooks" (
    "webhook_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT,
    "event_types" TEXT[],
    "surveys" TEXT[],
    "format" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "max_in_flight" SMALLINT NOT NULL,
    "timeout_ms" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'enabled',
    "disabled_reason" TEXT,
    "failing_since" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhooks__webhook_id" PRIMARY KEY ("webhook_id")
);

-- CreateTable
CREATE TABLE "webhook_secrets" (
    "secret_id" UUID NOT NULL,
    "webhook_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "sealed" TEXT NOT NULL,
    "retires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "webhook_secrets__secret_id" PRIMARY KEY ("secret_id")
);

-- CreateTable
CREATE TABLE "events" (
    "event_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "workspace_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "submission_id" UUID,
    "body" TEXT NOT NULL,
    "full_body" TEXT,

    CONSTRAINT "events__event_id_created_at" PRIMARY KEY ("event_id","created_at")
) PARTITION BY RANGE ("created_at");

-- CreateTable
CREATE TABLE "deliveries" (
    "id" BIGSERIAL NOT NULL,
    "delivery_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "event_created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "webhook_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "shard" SMALLINT NOT NULL,
    "attempt" SMALLINT NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deliveries__id" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries_done" (
    "delivery_id" UUID NOT NULL,
    "event_id" UUID NOT NULL,
    "webhook_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "attempt" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deliveries_done__delivery_id_finished_at" PRIMARY KEY ("delivery_id","finished_at")
) PARTITION BY RANGE ("finished_at");

-- CreateTable
CREATE TABLE "delivery_attempts" (
    "delivery_id" UUID NOT NULL,
    "attempt" SMALLINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "status_code" SMALLINT,
    "duration_ms" INTEGER NOT NULL,
    "response_head" TEXT,
    "error" TEXT,

    CONSTRAINT "delivery_attempts__delivery_id_attempt_at" PRIMARY KEY ("delivery_id","attempt","at")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "shard_leases" (
    "shard" SMALLINT NOT NULL,
    "owner" TEXT,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "shard_leases__shard" PRIMARY KEY ("shard")
);

-- CreateTable
CREATE TABLE "delivery_engines" (
    "instance_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "delivery_engines__instance_id" PRIMARY KEY ("instance_id")
);

-- CreateIndex
CREATE INDEX "inbox__received_at" ON "inbox"("received_at");

-- CreateIndex
CREATE INDEX "webhooks__workspace_id_webhook_id" ON "webhooks"("workspace_id", "webhook_id");

-- CreateIndex
CREATE INDEX "webhook_secrets__webhook_id_index" ON "webhook_secrets"("webhook_id");

-- CreateIndex
CREATE INDEX "events__workspace_id_event_id" ON "events"("workspace_id", "event_id");

-- CreateIndex
CREATE UNIQUE INDEX "deliveries__delivery_id" ON "deliveries"("delivery_id");

-- CreateIndex
CREATE INDEX "deliveries__webhook_id_delivery_id" ON "deliveries"("webhook_id", "delivery_id");

-- CreateIndex
CREATE INDEX "deliveries_done__webhook_id_delivery_id" ON "deliveries_done"("webhook_id", "delivery_id");

-- AddForeignKey
ALTER TABLE "webhook_secrets" ADD CONSTRAINT "webhook_secrets__webhook_id" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("webhook_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma cannot say, from here on.

ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks__state" CHECK ("state" IN ('enabled', 'disabled'));
ALTER TABLE "deliveries_done" ADD CONSTRAINT "deliveries_done__status" CHECK ("status" IN ('delivered', 'failed', 'exhausted'));
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries__shard" CHECK ("shard" BETWEEN 0 AND 63);

-- The engine's two ways in: lanes that have first tries, and lanes with the instant of their next retry. Both are read by
-- skipping from webhook to webhook, so the cost does not grow with anyone's backlog.
CREATE INDEX "deliveries__first_tries" ON "deliveries"("shard", "webhook_id", "id") WHERE "attempt" = 0;
CREATE INDEX "deliveries__retries" ON "deliveries"("shard", "webhook_id", "next_attempt_at", "id") WHERE "attempt" > 0;

-- A queue: every row is soon updated or deleted, so vacuum must keep up with it rather than with a share of its size.
ALTER TABLE "deliveries" SET (
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0
);

-- A row whose day has no partition yet lands in the default one, never in an error. The days are made ahead, and dropped
-- when they are old, by `keep-partitions.worker.ts`.
CREATE TABLE "events_default" PARTITION OF "events" DEFAULT;
CREATE TABLE "deliveries_done_default" PARTITION OF "deliveries_done" DEFAULT;
CREATE TABLE "delivery_attempts_default" PARTITION OF "delivery_attempts" DEFAULT;

INSERT INTO "shard_leases" ("shard") SELECT generate_series(0, 63);

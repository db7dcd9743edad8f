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
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "event_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "workspace_id" UUID NOT NULL,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_at" TIMESTAMPTZ(3),
    "publish_count" INTEGER NOT NULL DEFAULT 0,
    "confirmed_by" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "confirmed_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox__id" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_relay_state" (
    "id" SMALLINT NOT NULL,
    "stream_created_at" TEXT NOT NULL,
    "last_sequence" BIGINT NOT NULL,

    CONSTRAINT "outbox_relay_state__id" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "surveys" (
    "survey_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'notStarted',
    "start_date" DATE,
    "end_date" DATE,
    "suspension_reason" TEXT,
    "support_email" TEXT,
    "locale" TEXT NOT NULL DEFAULT 'en',
    "languages" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "settings" JSONB NOT NULL DEFAULT '{}',
    "definition_version" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "surveys__survey_id" PRIMARY KEY ("survey_id")
);

-- CreateTable
CREATE TABLE "survey_versions" (
    "survey_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "workspace_id" UUID NOT NULL,
    "definition" JSONB NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "survey_versions__survey_id_version" PRIMARY KEY ("survey_id","version")
);

-- CreateTable
CREATE TABLE "survey_secrets" (
    "secret_id" UUID NOT NULL,
    "survey_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "sealed" TEXT NOT NULL,
    "retires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "survey_secrets__secret_id" PRIMARY KEY ("secret_id")
);

-- CreateTable
CREATE TABLE "users" (
    "user_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "external_user_id" TEXT,
    "name" TEXT,
    "birth_date" DATE,
    "sex" TEXT,
    "language" TEXT,
    "custom_fields" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users__user_id" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "respondents" (
    "respondent_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "survey_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "password_hash" TEXT,
    "token_key_version" INTEGER NOT NULL,
    "token_counter" INTEGER NOT NULL DEFAULT 1,
    "token_charset" TEXT,
    "token_length" INTEGER NOT NULL,
    "token_digest" TEXT NOT NULL,
    "token_expires_at" TIMESTAMPTZ(3),
    "revision" INTEGER NOT NULL DEFAULT 1,
    "redirect_url" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "respondents__respondent_id" PRIMARY KEY ("respondent_id")
);

-- CreateTable
CREATE TABLE "used_tokens" (
    "survey_id" UUID NOT NULL,
    "jti" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "used_tokens__survey_id_jti" PRIMARY KEY ("survey_id","jti")
);

-- CreateTable
CREATE TABLE "sessions" (
    "session_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "survey_id" UUID NOT NULL,
    "respondent_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "definition_version" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',
    "redirect_url" TEXT,
    "state" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sessions__session_id" PRIMARY KEY ("session_id")
);

-- CreateTable
CREATE TABLE "submissions" (
    "submission_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "survey_id" UUID NOT NULL,
    "respondent_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "definition_version" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "scores" JSONB NOT NULL DEFAULT '{}',
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "tx_id" xid8 NOT NULL DEFAULT pg_current_xact_id(),

    CONSTRAINT "submissions__submission_id" PRIMARY KEY ("submission_id")
);

-- CreateTable
CREATE TABLE "ticket_keys" (
    "kid" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "sealed_private" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "ticket_keys__kid" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "burned_tickets" (
    "jti" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "burned_tickets__jti" PRIMARY KEY ("jti")
);

-- CreateIndex
CREATE INDEX "inbox__received_at" ON "inbox"("received_at");

-- CreateIndex
CREATE UNIQUE INDEX "outbox__event_id" ON "outbox"("event_id");

-- CreateIndex
CREATE UNIQUE INDEX "surveys__slug" ON "surveys"("slug");

-- CreateIndex
CREATE INDEX "surveys__workspace_id_survey_id" ON "surveys"("workspace_id", "survey_id");

-- CreateIndex
CREATE INDEX "survey_secrets__survey_id" ON "survey_secrets"("survey_id");

-- CreateIndex
CREATE UNIQUE INDEX "users__workspace_id_external_user_id" ON "users"("workspace_id", "external_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "respondents__token_digest" ON "respondents"("token_digest");

-- CreateIndex
CREATE INDEX "respondents__user_id" ON "respondents"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "respondents__survey_id_username" ON "respondents"("survey_id", "username");

-- CreateIndex
CREATE INDEX "used_tokens__expires_at" ON "used_tokens"("expires_at");

-- CreateIndex
CREATE INDEX "sessions__workspace_id_session_id" ON "sessions"("workspace_id", "session_id");

-- CreateIndex
CREATE UNIQUE INDEX "submissions__session_id" ON "submissions"("session_id");

-- CreateIndex
CREATE INDEX "submissions__workspace_id_tx_id_submission_id" ON "submissions"("workspace_id", "tx_id", "submission_id");

-- CreateIndex
CREATE INDEX "submissions__survey_id_tx_id_submission_id" ON "submissions"("survey_id", "tx_id", "submission_id");

-- CreateIndex
CREATE INDEX "submissions__respondent_id_completed_at" ON "submissions"("respondent_id", "completed_at");

-- CreateIndex
CREATE INDEX "burned_tickets__expires_at" ON "burned_tickets"("expires_at");

-- What Prisma's schema language cannot say: partial indexes on what is still to do.
CREATE INDEX "outbox__unpublished" ON "outbox"("id") WHERE "published_at" IS NULL AND "confirmed_at" IS NULL;
CREATE INDEX "outbox__unconfirmed" ON "outbox"("published_at") WHERE "confirmed_at" IS NULL;
CREATE INDEX "outbox__confirmed_at" ON "outbox"("confirmed_at") WHERE "confirmed_at" IS NOT NULL;
-- A respondent has at most one session under way in a survey, so two tabs that start at once share it.
CREATE UNIQUE INDEX "sessions__respondent_id_open" ON "sessions"("respondent_id") WHERE "ended_at" IS NULL;
CREATE INDEX "sessions__expires_at_open" ON "sessions"("expires_at") WHERE "ended_at" IS NULL;

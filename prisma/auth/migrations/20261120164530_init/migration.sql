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
CREATE TABLE "customers" (
    "customer_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customers__customer_id" PRIMARY KEY ("customer_id")
);

-- CreateTable
CREATE TABLE "workspaces" (
    "workspace_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "environment" TEXT NOT NULL,
    "allowed_origins" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspaces__workspace_id" PRIMARY KEY ("workspace_id")
);

-- CreateTable
CREATE TABLE "accounts" (
    "account_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "password_hash" TEXT,
    "operator" BOOLEAN NOT NULL DEFAULT false,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "accounts__account_id" PRIMARY KEY ("account_id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "account_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships__account_id_customer_id" PRIMARY KEY ("account_id","customer_id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "api_key_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys__api_key_id" PRIMARY KEY ("api_key_id")
);

-- CreateTable
CREATE TABLE "respondent_credentials" (
    "respondent_id" UUID NOT NULL,
    "workspace_id" UUID NOT NULL,
    "survey_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "survey_slug" TEXT,
    "user_id" UUID,
    "username" TEXT,
    "token_digest" TEXT,
    "token_expires_at" TIMESTAMPTZ(3),
    "password_hash" TEXT,
    "deleted_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "respondent_credentials__respondent_id" PRIMARY KEY ("respondent_id")
);

-- CreateTable
CREATE TABLE "sign_ins" (
    "sign_in_id" UUID NOT NULL,
    "account_id" UUID,
    "respondent_id" UUID,
    "flavour" TEXT NOT NULL,
    "user_agent" TEXT,
    "ip_prefix" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "idle_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "absolute_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_reason" TEXT,

    CONSTRAINT "sign_ins__sign_in_id" PRIMARY KEY ("sign_in_id")
);

-- CreateTable
CREATE TABLE "refresh_tokens" (
    "refresh_token_id" UUID NOT NULL,
    "sign_in_id" UUID NOT NULL,
    "parent_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),
    "replay_box" TEXT,
    "replay_until" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_tokens__refresh_token_id" PRIMARY KEY ("refresh_token_id")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "kid" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "private_box" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "activated_at" TIMESTAMPTZ(3),
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_keys__kid" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "published_keys" (
    "kid" TEXT NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "published_keys__kid" PRIMARY KEY ("kid")
);

-- CreateIndex
CREATE INDEX "inbox__received_at" ON "inbox"("received_at");

-- CreateIndex
CREATE UNIQUE INDEX "workspaces__customer_id_environment" ON "workspaces"("customer_id", "environment");

-- CreateIndex
CREATE UNIQUE INDEX "accounts__email_key" ON "accounts"("email_key");

-- CreateIndex
CREATE INDEX "memberships__customer_id" ON "memberships"("customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys__digest" ON "api_keys"("digest");

-- CreateIndex
CREATE INDEX "api_keys__workspace_id_api_key_id" ON "api_keys"("workspace_id", "api_key_id");

-- CreateIndex
CREATE INDEX "respondent_credentials__survey_slug_username" ON "respondent_credentials"("survey_slug", "username");

-- CreateIndex
CREATE INDEX "respondent_credentials__token_digest" ON "respondent_credentials"("token_digest");

-- CreateIndex
CREATE UNIQUE INDEX "respondent_credentials__survey_id_username" ON "respondent_credentials"("survey_id", "username");

-- CreateIndex
CREATE INDEX "sign_ins__account_id" ON "sign_ins"("account_id");

-- CreateIndex
CREATE INDEX "sign_ins__respondent_id" ON "sign_ins"("respondent_id");

-- CreateIndex
CREATE INDEX "sign_ins__absolute_expires_at" ON "sign_ins"("absolute_expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "refresh_tokens__parent_id" ON "refresh_tokens"("parent_id");

-- CreateIndex
CREATE INDEX "refresh_tokens__sign_in_id" ON "refresh_tokens"("sign_in_id");

-- AddForeignKey
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces__customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers"("customer_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships__account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("account_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships__customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers"("customer_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys__workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("workspace_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens__sign_in_id_fkey" FOREIGN KEY ("sign_in_id") REFERENCES "sign_ins"("sign_in_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema language cannot say: closed lists of words, exactly one subject per sign-in, one active key.
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces__environment" CHECK ("environment" IN ('live', 'dev'));
ALTER TABLE "memberships" ADD CONSTRAINT "memberships__role" CHECK ("role" IN ('owner', 'admin', 'viewer'));
ALTER TABLE "sign_ins" ADD CONSTRAINT "sign_ins__flavour" CHECK ("flavour" IN ('header', 'cookie'));
ALTER TABLE "sign_ins" ADD CONSTRAINT "sign_ins__subject" CHECK (num_nonnulls("account_id", "respondent_id") = 1);
ALTER TABLE "signing_keys" ADD CONSTRAINT "signing_keys__state" CHECK ("state" IN ('next', 'active', 'retiring', 'gone'));
CREATE UNIQUE INDEX "signing_keys__one_active" ON "signing_keys"("state") WHERE "state" = 'active';

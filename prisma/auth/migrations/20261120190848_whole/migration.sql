-- Second factor, passkeys, tokens of machines and of staff, mails, throttling, audit log.
ALTER TABLE "customers" ADD COLUMN "suspended_at" TIMESTAMPTZ(3);

ALTER TABLE "accounts" ADD COLUMN "name" TEXT,
ADD COLUMN "password_short" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "totp_box" TEXT,
ADD COLUMN "totp_confirmed_at" TIMESTAMPTZ(3),
ADD COLUMN "totp_last_step" BIGINT;

ALTER TABLE "memberships" ADD COLUMN "disabled_at" TIMESTAMPTZ(3);

ALTER TABLE "api_keys" ADD COLUMN "replaced_by" UUID;

ALTER TABLE "signing_keys" ADD COLUMN "gone_at" TIMESTAMPTZ(3);

CREATE TABLE "recovery_codes" (
    "account_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_codes__account_id_digest" PRIMARY KEY ("account_id","digest")
);

CREATE TABLE "passkeys" (
    "passkey_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "credential_id" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "transports" TEXT[],
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkeys__passkey_id" PRIMARY KEY ("passkey_id")
);

CREATE TABLE "challenges" (
    "challenge_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "account_id" UUID,
    "box" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "challenges__challenge_id" PRIMARY KEY ("challenge_id")
);

CREATE TABLE "account_identities" (
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_identities__issuer_subject" PRIMARY KEY ("issuer","subject")
);

CREATE TABLE "personal_access_tokens" (
    "personal_access_token_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "personal_access_tokens__personal_access_token_id" PRIMARY KEY ("personal_access_token_id")
);

CREATE TABLE "invitations" (
    "invitation_id" UUID NOT NULL,
    "customer_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "invited_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitations__invitation_id" PRIMARY KEY ("invitation_id")
);

CREATE TABLE "password_resets" (
    "password_reset_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "digest" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "password_resets__password_reset_id" PRIMARY KEY ("password_reset_id")
);

CREATE TABLE "outgoing_mails" (
    "mail_id" UUID NOT NULL,
    "template" TEXT NOT NULL,
    "box" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "outgoing_mails__mail_id" PRIMARY KEY ("mail_id")
);

CREATE TABLE "sign_in_throttles" (
    "throttle_key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "blocked_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_throttles__throttle_key" PRIMARY KEY ("throttle_key")
);

CREATE UNLOGGED TABLE "rate_limits" (
    "limit_key" TEXT NOT NULL,
    "arrival_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "rate_limits__limit_key" PRIMARY KEY ("limit_key")
) WITH (fillfactor = 50);

CREATE TABLE "audit_entries" (
    "audit_id" UUID NOT NULL,
    "chain_id" UUID NOT NULL,
    "body" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_entries__audit_id" PRIMARY KEY ("audit_id")
);

CREATE TABLE "audit_log" (
    "chain_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "audit_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_log__chain_id_position" PRIMARY KEY ("chain_id","position")
);

CREATE TABLE "audit_checkpoints" (
    "chain_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "pruned_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_checkpoints__chain_id" PRIMARY KEY ("chain_id")
);

CREATE UNIQUE INDEX "passkeys__credential_id" ON "passkeys"("credential_id");

CREATE INDEX "passkeys__account_id" ON "passkeys"("account_id");

CREATE INDEX "challenges__expires_at" ON "challenges"("expires_at");

CREATE INDEX "account_identities__account_id" ON "account_identities"("account_id");

CREATE UNIQUE INDEX "personal_access_tokens__digest" ON "personal_access_tokens"("digest");

CREATE INDEX "personal_access_tokens__account_id_personal_access_token_id" ON "personal_access_tokens"("account_id", "personal_access_token_id");

CREATE UNIQUE INDEX "invitations__digest" ON "invitations"("digest");

CREATE INDEX "invitations__customer_id_invitation_id" ON "invitations"("customer_id", "invitation_id");

CREATE UNIQUE INDEX "password_resets__digest" ON "password_resets"("digest");

CREATE INDEX "password_resets__account_id_created_at" ON "password_resets"("account_id", "created_at");

CREATE INDEX "outgoing_mails__next_attempt_at" ON "outgoing_mails"("next_attempt_at");

CREATE INDEX "sign_in_throttles__updated_at" ON "sign_in_throttles"("updated_at");

CREATE INDEX "audit_entries__chain_id_audit_id" ON "audit_entries"("chain_id", "audit_id");

CREATE UNIQUE INDEX "audit_log__audit_id" ON "audit_log"("audit_id");

CREATE INDEX "audit_log__chain_id_at" ON "audit_log"("chain_id", "at");

ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes__account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("account_id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys__account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("account_id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "account_identities" ADD CONSTRAINT "account_identities__account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("account_id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "personal_access_tokens" ADD CONSTRAINT "personal_access_tokens__account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("account_id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "invitations" ADD CONSTRAINT "invitations__customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers"("customer_id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets__account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("account_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema language cannot say: closed lists of words, one pending key, and an audit log that only grows.
ALTER TABLE "invitations" ADD CONSTRAINT "invitations__role" CHECK ("role" IN ('owner', 'admin', 'viewer'));
ALTER TABLE "challenges" ADD CONSTRAINT "challenges__purpose" CHECK ("purpose" IN ('passkey_registration', 'passkey_sign_in', 'oidc'));
CREATE UNIQUE INDEX "signing_keys__one_next" ON "signing_keys"("state") WHERE "state" = 'next';
CREATE UNIQUE INDEX "invitations__one_open" ON "invitations"("customer_id", "email_key") WHERE "accepted_at" IS NULL AND "revoked_at" IS NULL;

-- A record never changes. It may only go when the pruning of a chain's beginning says so for its transaction. The function's
-- own semicolons are written as \x3b, because migrations are cut at every other one.
CREATE FUNCTION "refuse_audit_change"() RETURNS trigger LANGUAGE plpgsql AS
E'BEGIN IF TG_OP = \'DELETE\' AND current_setting(\'roundtrip.pruning\', true) = \'on\' THEN RETURN OLD\x3b END IF\x3b RAISE EXCEPTION \'the audit log is append-only\'\x3b END\x3b';
CREATE TRIGGER "audit_log__append_only" BEFORE UPDATE OR DELETE ON "audit_log" FOR EACH ROW EXECUTE FUNCTION "refuse_audit_change"();
CREATE TRIGGER "audit_log__no_truncate" BEFORE TRUNCATE ON "audit_log" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_audit_change"();

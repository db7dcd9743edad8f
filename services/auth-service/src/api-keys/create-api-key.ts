import { apiKeyPrefix, createApiKey as createKeyText } from "@roundtrip/access-token/api-key-format";
import { credentialSha256 } from "@roundtrip/access-token/credential-format";
import { type Environment, type Scope, scopes } from "@roundtrip/contracts/scope";
import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { liveKeysMax, refuseExpiry } from "./api-key.rules.ts";
import { countLiveKeys, insertApiKey, lockWorkspace } from "./api-key.store.ts";
import { lockAdmin } from "./lock-maker.ts";

export interface CreateApiKeyDeps {
  readonly db: Database;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

export interface CreateApiKey {
  readonly customerId: string;
  readonly accountId: string;
  readonly signInId: string | null;
  readonly source: AuditSource;
  readonly name: string;
  readonly environment: Environment;
  /** Left out: all of them. */
  readonly scopes?: readonly Scope[];
  readonly expires_at?: string;
}

/**
 * The key itself is in the answer and nowhere else; the table holds its HMAC. The workspace's row is locked, so that parallel
 * admins make no more than 100 between them. Throws `conflict` beyond that.
 */
export const createApiKey = async (deps: CreateApiKeyDeps, command: CreateApiKey) => {
  const now = deps.clock();
  const { customerId, accountId, source } = command;
  const expiresAt = command.expires_at === undefined ? null : new Date(command.expires_at);
  const refusal = expiresAt && refuseExpiry(expiresAt, now);
  if (refusal) {
    throw new Problem("invalid_request", {
      detail: [{ loc: ["body", "expires_at"], msg: refusal, type: "in_the_past" }],
    });
  }
  const key = createKeyText(command.environment);
  const created = {
    apiKeyId: uuidv7(),
    customerId,
    name: command.name,
    environment: command.environment,
    prefix: apiKeyPrefix(key),
    scopes: command.scopes ?? scopes,
    createdBy: accountId,
    createdAt: now,
    expiresAt,
  };
  await deps.db.transaction(async (tx) => {
    await lockAdmin(tx, { ...command, now });
    const workspaceId = await lockWorkspace(tx, created);
    if ((await countLiveKeys(tx, workspaceId, now)) >= liveKeysMax) {
      throw new Problem("conflict", { detail: `A workspace has at most ${liveKeysMax} keys that work; revoke one` });
    }
    await insertApiKey(tx, { ...created, digest: deps.keyring.digest(credentialSha256(key)) });
    await recordAudit(
      tx,
      {
        action: "api_key.created",
        actor: { kind: "account", id: accountId },
        customerId,
        workspaceId,
        target: { kind: "api_key", id: created.apiKeyId },
        source,
        detail: { prefix: created.prefix, scopes: created.scopes.join(" "), expires_at: command.expires_at ?? null },
      },
      now,
    );
  });
  return { ...created, key };
};

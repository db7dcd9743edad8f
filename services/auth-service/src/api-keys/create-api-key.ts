import { apiKeyPrefix, createApiKey as createKeyText } from "@roundtrip/access-token/api-key-format";
import { type Scope, scopes } from "@roundtrip/contracts/scope";
import type { Sql } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { refuseExpiry } from "./api-key.rules.ts";
import { insertApiKey } from "./api-key.store.ts";

export interface CreateApiKeyDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

export interface CreateApiKey {
  readonly customerId: string;
  readonly accountId: string;
  readonly name: string;
  readonly environment: "live" | "dev";
  /** Left out: all of them. */
  readonly scopes?: readonly Scope[];
  readonly expires_at?: string;
}

/** The key itself is in the answer and nowhere else; the table holds its HMAC. */
export const createApiKey = async (deps: CreateApiKeyDeps, command: CreateApiKey) => {
  const now = deps.clock();
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
    customerId: command.customerId,
    name: command.name,
    environment: command.environment,
    prefix: apiKeyPrefix(key),
    scopes: command.scopes ?? scopes,
    createdBy: command.accountId,
    createdAt: now,
    expiresAt,
  };
  await insertApiKey(deps.db, { ...created, digest: deps.keyring.digest(key) });
  return { ...created, key };
};

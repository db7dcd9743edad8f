import type { VerifiedApiKey } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { Static } from "typebox";
import { findLiveKey, findLiveKeyById, type VerifiedRow } from "./api-key.store.ts";

export interface VerifyApiKeyDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

type Verified = Static<typeof VerifiedApiKey>;

/** By the key's SHA-256. Null for an unknown, expired or revoked key, and for one of a suspended customer. */
export const verifyApiKey = async (deps: VerifyApiKeyDeps, sha256: string): Promise<Verified | null> => {
  const row = await findLiveKey(deps.db, deps.keyring.digests(sha256), deps.clock());
  return row && verifiedKey(row);
};

/** Whether the key that an action token was made with is still good. */
export const verifyApiKeyById = async (
  deps: Pick<VerifyApiKeyDeps, "db" | "clock">,
  apiKeyId: string,
): Promise<Verified | null> => {
  const row = await findLiveKeyById(deps.db, apiKeyId, deps.clock());
  return row && verifiedKey(row);
};

const verifiedKey = (row: VerifiedRow): Verified => ({
  credential_id: row.api_key_id,
  kind: "api_key",
  workspace_id: row.workspace_id,
  customer_id: row.customer_id,
  environment: row.environment,
  scopes: row.scopes,
  allowed_origins: row.allowed_origins,
  expires_at: row.expires_at?.toISOString() ?? null,
});

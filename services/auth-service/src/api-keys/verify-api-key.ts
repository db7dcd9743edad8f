import { isApiKey } from "@roundtrip/access-token/api-key-format";
import type { VerifiedCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { Static } from "typebox";
import { findLiveKey } from "./api-key.store.ts";

export interface VerifyApiKeyDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
  /** Takes note of the use; writing it down is a worker's business. */
  readonly noteUse: (apiKeyId: string) => void;
}

/** Null for a malformed, unknown, expired or revoked key. The checksum is looked at before the database is. */
export const verifyApiKey = async (
  deps: VerifyApiKeyDeps,
  credential: string,
): Promise<Static<typeof VerifiedCredential> | null> => {
  if (!isApiKey(credential)) return null;
  const row = await findLiveKey(deps.db, deps.keyring.digests(credential), deps.clock());
  if (!row) return null;
  deps.noteUse(row.api_key_id);
  return {
    credential_id: row.api_key_id,
    kind: "api_key",
    workspace_id: row.workspace_id,
    customer_id: row.customer_id,
    environment: row.environment,
    scopes: row.scopes,
    allowed_origins: row.allowed_origins,
    expires_at: row.expires_at?.toISOString() ?? null,
  };
};

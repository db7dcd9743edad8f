import type { VerifiedPersonalAccessToken } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { Static } from "typebox";
import { findLiveToken } from "./personal-access-token.store.ts";

export interface VerifyPersonalAccessTokenDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/**
 * By the token's SHA-256. Null for an unknown, expired or revoked token, and for one whose owner is disabled or
 * has no customer left to act in. The owner's rights are those of this moment, never those of the token's making.
 */
export const verifyPersonalAccessToken = async (
  deps: VerifyPersonalAccessTokenDeps,
  sha256: string,
): Promise<Static<typeof VerifiedPersonalAccessToken> | null> => {
  const row = await findLiveToken(deps.db, deps.keyring.digests(sha256), deps.clock());
  if (!row || row.memberships.length === 0) return null;
  return {
    credential_id: row.personal_access_token_id,
    kind: "personal_access_token",
    account_id: row.account_id,
    memberships: row.memberships,
    scopes: row.scopes,
    expires_at: row.expires_at.toISOString(),
  };
};

import type { Sql } from "@roundtrip/database/database";
import { revokeSignIn } from "./sign-in.store.ts";
import type { TokenIssuer } from "./token-issuer.ts";

export interface SignOutDeps {
  readonly db: Sql;
  readonly tokens: TokenIssuer;
}

/** Revokes the token's whole family, also when it has been revoked before. False when it is no refresh token of ours. */
export const signOut = async (deps: SignOutDeps, token: string | undefined): Promise<boolean> => {
  const claims = await deps.tokens.readRefreshToken(token);
  if (!claims) return false;
  await revokeSignIn(deps.db, claims.sid, "signed_out");
  return true;
};

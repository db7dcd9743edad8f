import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { findSubject } from "./find-subject.ts";
import { refuseSignIn } from "./refresh.rules.ts";
import { findSignIn, revokeSignIn, touchSignIn } from "./sign-in.store.ts";
import type { TokenIssuer } from "./token-issuer.ts";

export interface RefreshDeps {
  readonly db: Database;
  readonly tokens: TokenIssuer;
  readonly clock: () => Date;
}

/**
 * Header flavour: a new access token, the refresh token stays (the seed has clients store it for the long term).
 * Throws `unauthorized` when the token, its sign-in or its subject is no more.
 */
export const refreshAccess = async (deps: RefreshDeps, token: string | undefined): Promise<string> => {
  const claims = await deps.tokens.readRefreshToken(token);
  if (!claims) throw new Problem("unauthorized");
  const now = deps.clock();
  const signIn = await findSignIn(deps.db, claims.sid, claims.jti);
  const refusal = signIn ? refuseSignIn(signIn, "header", now) : "unknown";
  if (!signIn || refusal) throw new Problem("unauthorized", { cause: refusal });
  const subject = await findSubject(deps.db, signIn);
  if (!subject) {
    await revokeSignIn(deps.db, signIn.sign_in_id, "subject_gone");
    throw new Problem("unauthorized", { cause: "subject_gone" });
  }
  await touchSignIn(deps.db, signIn, now);
  return deps.tokens.accessToken(subject, signIn.sign_in_id);
};

import { Problem } from "@roundtrip/http-problem/problem";
import { findPasswordHash } from "../accounts/account.store.ts";
import { checkOwnPassword, type OwnPasswordDeps } from "../accounts/check-own-password.ts";
import type { LinkWish } from "./oidc-challenge.ts";
import { type StartedRoundTrip, type StartOidcDeps, startOidcSignIn } from "./start-oidc-sign-in.ts";

export type StartLinkDeps = StartOidcDeps & OwnPasswordDeps;

/**
 * Begins the round trip that links the account. A way in that stays is nothing that a stolen session may add, so an account
 * that has a password shows that it knows it. Throws `password_wrong`, `rate_limited`, and what `startOidcSignIn` throws.
 */
export const startOidcLink = async (
  deps: StartLinkDeps,
  wish: LinkWish,
  password: string | undefined,
): Promise<StartedRoundTrip> => {
  if (!deps.oidc) throw new Problem("oidc_not_configured");
  if ((await findPasswordHash(deps.db, wish.accountId)) !== null) {
    if (password === undefined) throw new Problem("password_wrong");
    await checkOwnPassword(deps, { accountId: wish.accountId, password });
  }
  return startOidcSignIn(deps, wish);
};

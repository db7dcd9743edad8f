import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { AuditSource } from "../audit/record-audit.ts";
import type { LimitHeaders } from "../throttling/limit.rules.ts";
import { type AddressLimitDeps, limitUse } from "../throttling/limit-address.ts";
import { refreshLimit } from "../throttling/limit-policies.rules.ts";
import { subjectOf } from "./find-subject.ts";
import { refuseSignIn } from "./refresh.rules.ts";
import { findSignIn, revokeSignIn, touchSignIn } from "./sign-in.store.ts";
import type { TokenIssuer } from "./token-issuer.ts";

export interface RefreshDeps extends AddressLimitDeps {
  readonly db: Database;
  readonly tokens: TokenIssuer;
}

export interface Refreshed<T> {
  readonly tokens: T;
  readonly headers: LimitHeaders;
}

/**
 * Header flavour: a new access token, the refresh token stays (the seed has clients store it for the long term).
 * Throws `unauthorized` when the token, its sign-in or its subject is no more, `rate_limited` when it is used too often.
 */
export const refreshAccess = async (
  deps: RefreshDeps,
  token: string | undefined,
  source: AuditSource,
): Promise<Refreshed<string>> => {
  const claims = await deps.tokens.readRefreshToken(token);
  if (!claims) throw new Problem("unauthorized");
  const now = deps.clock();
  const [headers, signIn] = await Promise.all([
    limitUse(deps, { policy: refreshLimit, key: claims.sid }, source),
    findSignIn(deps.db, claims.sid, claims.jti),
  ]);
  const refusal = signIn ? refuseSignIn(signIn, "header", now) : "unknown";
  if (!signIn || refusal) throw new Problem("unauthorized", { cause: refusal });
  const subject = subjectOf(signIn);
  if (!subject) {
    await revokeSignIn(deps.db, signIn.sign_in_id, "subject_gone");
    throw new Problem("unauthorized", { cause: "subject_gone" });
  }
  await touchSignIn(deps.db, signIn, now);
  return { tokens: await deps.tokens.accessToken(subject, signIn.sign_in_id), headers };
};

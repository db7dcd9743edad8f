import type { Sql } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { type LimitHeaders, type LimitPolicy, limitHeaders, limitRetrySeconds, limitState } from "./limit.rules.ts";
import { useLimit } from "./rate-limit.store.ts";

export interface LimitDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/**
 * Counts one use of `key` under the policy, shared by all replicas. Answers the headers for the route's own answer; throws
 * `rate_limited` with `Retry-After` when the limit is used up. With the database away it throws `DependencyUnavailable`,
 * as the route would a moment later.
 */
export const limitRequests = async (deps: LimitDeps, policy: LimitPolicy, key: string): Promise<LimitHeaders> => {
  const use = { policy, key, now: deps.clock() };
  const { used, arrivalAt } = await spend(deps, use);
  if (!used) throw refuseRequest(policy, arrivalAt, use.now);
  return limitHeaders(policy, limitState(policy, arrivalAt, use.now));
};

export interface Spending {
  readonly policy: LimitPolicy;
  readonly key: string;
  readonly now: Date;
}

/** One use, told instead of thrown. */
export const spend = (
  deps: Pick<LimitDeps, "db" | "keyring">,
  { policy, key, now }: Spending,
): Promise<{ readonly used: boolean; readonly arrivalAt: Date }> => {
  const windowMs = policy.windowSeconds * 1_000;
  const limitKey = deps.keyring.digest(`limit:${policy.name}:${key}`);
  return useLimit(deps.db, { limitKey, now, stepMs: windowMs / policy.limit, windowMs });
};

export const refuseRequest = (policy: LimitPolicy, arrivalAt: Date, now: Date): Problem =>
  new Problem("rate_limited", {
    retryAfterSeconds: limitRetrySeconds(policy, arrivalAt, now),
    headers: limitHeaders(policy, { ...limitState(policy, arrivalAt, now), remaining: 0 }),
  });

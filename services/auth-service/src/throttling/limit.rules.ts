/** How often something may be done. `limit` may be used up at once; it comes back evenly over the window. */
export interface LimitPolicy {
  /** Part of the key: two policies never share a bucket. */
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
  /**
   * So many uses of each window are counted by a process alone; only what is beyond is counted in the database, for all
   * replicas together. For what honest clients do all the time: it then costs them no statement, and whoever spreads over
   * `n` replicas gets `n * localLimit` more.
   */
  readonly localLimit?: number;
}

export interface LimitHeaders extends Readonly<Record<string, string>> {
  readonly ratelimit: string;
  readonly "ratelimit-policy": string;
}

export interface LimitState {
  /** Uses that are left now. */
  readonly remaining: number;
  /** Until the whole limit is there again. */
  readonly resetSeconds: number;
}

/**
 * The state after a use, from GCRA's theoretical arrival time: the moment at which the bucket is whole again. Each use moves
 * it by `window / limit`; a use that would move it further away than the window is one too many.
 */
export const limitState = (policy: LimitPolicy, arrivalAt: Date, now: Date): LimitState => {
  const windowMs = policy.windowSeconds * 1_000;
  const debtMs = Math.max(0, arrivalAt.getTime() - now.getTime());
  const stepMs = windowMs / policy.limit;
  return {
    // A hair is added because the database keeps microseconds and a step need not be a whole number of them.
    remaining: Math.max(0, Math.floor((windowMs - debtMs) / stepMs + 1e-3)),
    resetSeconds: Math.ceil(debtMs / 1_000),
  };
};

/** For how long the next use is refused, at least a second. */
export const limitRetrySeconds = (policy: LimitPolicy, arrivalAt: Date, now: Date): number => {
  const windowMs = policy.windowSeconds * 1_000;
  const freeAtMs = arrivalAt.getTime() + windowMs / policy.limit - windowMs;
  return Math.max(1, Math.ceil((freeAtMs - now.getTime()) / 1_000));
};

/** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11): `"default";r=99;t=50`, `"default";q=100;w=60`. */
export const limitHeaders = (policy: LimitPolicy, state: LimitState): LimitHeaders => ({
  ratelimit: `"default";r=${state.remaining};t=${state.resetSeconds}`,
  "ratelimit-policy": `"default";q=${policy.limit};w=${policy.windowSeconds}`,
});

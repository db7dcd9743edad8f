/** `limits` of a survey's settings; null is no limit. */
export interface Limits {
  readonly max_per_day: number | null;
  readonly max_total: number | null;
  readonly min_interval_seconds: number | null;
}

/** What a respondent has handed in so far. */
export interface HandedIn {
  readonly total: number;
  /** Since the respondent's day began. */
  readonly today: number;
  readonly lastAt: Date | null;
}

export const hasLimits = (limits: Limits): boolean =>
  limits.max_per_day !== null || limits.max_total !== null || limits.min_interval_seconds !== null;

const dayMs = 86_400_000;
const minuteMs = 60_000;
const offsetMinutesMax = 14 * 60;

/**
 * The instant at which the respondent's day began. `offsetMinutes` is what UTC is ahead of the respondent's clock; no
 * place on earth is more than 14 hours away, so more is cut off.
 */
export const dayBegan = (now: Date, offsetMinutes: number): Date => {
  const offsetMs = Math.max(-offsetMinutesMax, Math.min(offsetMinutesMax, offsetMinutes)) * minuteMs;
  const local = now.getTime() - offsetMs;
  return new Date(Math.floor(local / dayMs) * dayMs + offsetMs);
};

export const reachedTotal = (limits: Limits, handedIn: HandedIn): boolean =>
  limits.max_total !== null && handedIn.total >= limits.max_total;

export const reachedToday = (limits: Limits, handedIn: HandedIn): boolean =>
  limits.max_per_day !== null && handedIn.today >= limits.max_per_day;

export type LimitRefusal = "max_total" | "max_per_day" | "min_interval";

/** Why no further session may start now, or null. */
export const refuseFurther = (limits: Limits, handedIn: HandedIn, now: Date): LimitRefusal | null => {
  if (reachedTotal(limits, handedIn)) return "max_total";
  if (reachedToday(limits, handedIn)) return "max_per_day";
  if (limits.min_interval_seconds === null || handedIn.lastAt === null) return null;
  const waitedMs = now.getTime() - handedIn.lastAt.getTime();
  return waitedMs < limits.min_interval_seconds * 1_000 ? "min_interval" : null;
};

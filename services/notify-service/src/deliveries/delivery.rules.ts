/**
 * A delivery is one event for one webhook. Its life:
 *
 * - `pending` from the transaction that received the event. The engine that owns the webhook's shard makes attempts, one
 *   at a time; each recorded one raises `attempt` by one, in the statement that also decides what comes next.
 * - `delivered` once an answer was 2xx.
 * - back to waiting after any other answer, or none, until the instant that the schedule below names.
 * - `exhausted` when the last attempt of the schedule has failed.
 * - `failed` when it was given up before: the receiver said 410 Gone, or the webhook was disabled or deleted.
 *
 * The last three are terminal and lie in `deliveries_done`. What goes wrong on our side (database, broker, a secret that
 * cannot be opened, a bug) is no attempt: the delivery stays as it was and is taken up again.
 */

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * The wait after each failed attempt, before jitter (Standard Webhooks 1.0, section "deliverability and reliability").
 * With +-20 % jitter the 11th and last attempt comes 60 to 91 hours after the first.
 *
 * | after attempt | wait | since the first |
 * |---:|---:|---:|
 * | 1 | 5 s | 5 s |
 * | 2 | 1 min | 1 min 5 s |
 * | 3 | 5 min | 6 min 5 s |
 * | 4 | 30 min | 36 min 5 s |
 * | 5 | 2 h | 2 h 36 min |
 * | 6 | 5 h | 7 h 36 min |
 * | 7 | 10 h | 17 h 36 min |
 * | 8 | 14 h | 31 h 36 min |
 * | 9 | 20 h | 51 h 36 min |
 * | 10 | 24 h | 75 h 36 min |
 */
const retryStepsMs = [
  5 * second,
  minute,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
] as const;

export const attemptsMax = retryStepsMs.length + 1;
const jitterShare = 0.2;
const retryAfterMaxMs = 24 * hour;

/** What came back from one request. `failed` is the receiver's doing too: name, connection, TLS, time, address. */
export type Answer =
  | {
      readonly kind: "answered";
      readonly statusCode: number;
      readonly retryAfter: string | null;
      /** The first 4 KB of the body, as text. */
      readonly responseHead: string;
    }
  | { readonly kind: "failed"; readonly error: FailureWord; readonly statusCode: number | null };

/** Stable words for `attempts[].error`. */
export type FailureWord =
  | "name_not_resolved"
  | "address_not_allowed"
  | "connection_refused"
  | "connection_failed"
  | "connection_closed"
  | "tls_failed"
  | "timeout"
  | "answer_invalid";

export interface Judgement {
  /** `retry` after `delayMs`; the other three end the delivery. */
  readonly outcome: "delivered" | "retry" | "exhausted" | "gone";
  readonly delayMs: number;
  readonly error: FailureWord | StatusWord | null;
}
type StatusWord = "redirect" | "gone" | "status";

export interface Circumstances {
  /** Of this attempt, 1 for the first. */
  readonly attempt: number;
  readonly nowMs: number;
  /** 0..1, decides the jitter. */
  readonly random: number;
  /** Shortens or stretches every wait; 1 in production. */
  readonly scale: number;
}

export const judgeAnswer = (answer: Answer, at: Circumstances): Judgement => {
  if (answer.kind === "failed") return retryOrExhaust(answer.error, nextDelayMs(at), at);
  const { statusCode } = answer;
  if (statusCode >= 200 && statusCode < 300) return { outcome: "delivered", delayMs: 0, error: null };
  if (statusCode === 410) return { outcome: "gone", delayMs: 0, error: "gone" };
  if (statusCode >= 300 && statusCode < 400) return retryOrExhaust("redirect", nextDelayMs(at), at);
  const isAskedToWait = statusCode === 429 || statusCode === 503;
  const askedMs = isAskedToWait ? retryAfterMs(answer.retryAfter, at.nowMs) : null;
  return retryOrExhaust("status", nextDelayMs(at, askedMs), at);
};

const retryOrExhaust = (error: Judgement["error"], delayMs: number | null, at: Circumstances): Judgement =>
  delayMs === null
    ? { outcome: "exhausted", delayMs: 0, error }
    : { outcome: "retry", delayMs: Math.round(delayMs * at.scale), error };

/** Null after the last attempt. `askedMs` is the receiver's wish, held between the step and 24 h. */
const nextDelayMs = (at: Circumstances, askedMs: number | null = null): number | null => {
  const stepMs = retryStepsMs[at.attempt - 1];
  if (stepMs === undefined) return null;
  const jitteredMs = stepMs * (1 - jitterShare + 2 * jitterShare * at.random);
  return askedMs === null ? jitteredMs : Math.max(jitteredMs, Math.min(askedMs, retryAfterMaxMs));
};

/** RFC 9110 section 10.2.3: seconds or a date. Null when it says neither. */
export const retryAfterMs = (header: string | null, nowMs: number): number | null => {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * second;
  // A date has a weekday and a zone; `Date.parse` alone would take "-5" for a month.
  const atMs = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
};

/** How long to leave a webhook alone after a fault of our own: 1 s, doubling up to 1 minute. No attempt is spent. */
export const ownFaultPauseMs = (faultsInARow: number): number =>
  Math.min(minute, second * 2 ** Math.min(faultsInARow - 1, 10));

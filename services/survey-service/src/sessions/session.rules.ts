import type { SessionStatus } from "@roundtrip/contracts/survey/session-facts";

/**
 * The way of a session. The words are the same in the API, in events, in the ticket and in the respondent's browser.
 *
 *   created      exists, nobody has opened it
 *   opened       the respondent has the questions in front of them
 *   in_progress  the first answers have been saved
 *   completed    the answers are stored as a submission
 *   screened_out, over_quota   the answers are stored, and the survey's own rules end the session early
 *   declined     the respondent said no
 *   cancelled    the respondent or the organisation gave it up
 *   expired      nobody finished it in time
 *
 * A session only ever moves down this list, and may skip steps: who hands in without a save goes from opened to
 * completed. The last six are terminal: nothing leads out of them, and every session reaches one. Each change of the status
 * raises `sequence` by one, so that a receiver of events can drop what comes late. Saving answers again changes neither.
 */
const rank: Readonly<Record<SessionStatus, number>> = {
  created: 0,
  opened: 1,
  in_progress: 2,
  completed: 3,
  screened_out: 3,
  over_quota: 3,
  declined: 3,
  cancelled: 3,
  expired: 3,
};

const terminalRank = 3;

export const isTerminal = (status: SessionStatus): boolean => rank[status] === terminalRank;

export interface SessionStep {
  readonly status: SessionStatus;
  readonly sequence: number;
}

/** `session_closed`: it has ended. `not_ahead`: it is there already, or beyond. */
export type StepRefusal = "session_closed" | "not_ahead";

/** The session after the change, or why there is none. */
export const changeStatus = (session: SessionStep, wanted: SessionStatus): SessionStep | StepRefusal => {
  if (isTerminal(session.status)) return "session_closed";
  if (rank[wanted] <= rank[session.status]) return "not_ahead";
  return { status: wanted, sequence: session.sequence + 1 };
};

interface Lifetime {
  readonly max_age_seconds: number;
  /** `"<days>d+<hour>h"`, or null for none. */
  readonly fixed: string | null;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/**
 * When a session that starts now ends by itself: after `max_age_seconds`, or at the fixed hour (UTC) that many days after
 * the day of the start, whichever comes first. A fixed hour that has already passed today means tomorrow's.
 */
export const expiryOf = (startedAt: Date, lifetime: Lifetime): Date => {
  const byAge = startedAt.getTime() + lifetime.max_age_seconds * 1_000;
  const fixed = /^(\d{1,3})d\+(\d{1,2})h$/.exec(lifetime.fixed ?? "");
  if (!fixed) return new Date(byAge);
  const midnight = Math.floor(startedAt.getTime() / dayMs) * dayMs;
  const wanted = midnight + Number(fixed[1]) * dayMs + Number(fixed[2]) * hourMs;
  return new Date(Math.min(byAge, wanted > startedAt.getTime() ? wanted : wanted + dayMs));
};

/** `expires_at` is the first instant at which the session no longer counts. */
export const isExpired = (session: { readonly expiresAt: Date | null }, now: Date): boolean =>
  session.expiresAt !== null && session.expiresAt.getTime() <= now.getTime();

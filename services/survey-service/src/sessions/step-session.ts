import { sessionCancelled } from "@roundtrip/contracts/survey/session-cancelled.event";
import { sessionExpired } from "@roundtrip/contracts/survey/session-expired.event";
import { sessionOpened } from "@roundtrip/contracts/survey/session-opened.event";
import { sessionStarted } from "@roundtrip/contracts/survey/session-started.event";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { changeStatus, isTerminal, type SessionStep } from "./session.rules.ts";
import type { Person, Session } from "./session.store.ts";
import { changeSession } from "./session-changes.store.ts";
import { sessionFacts } from "./session-events.rules.ts";

const eventOf = {
  opened: sessionOpened,
  in_progress: sessionStarted,
  cancelled: sessionCancelled,
  expired: sessionExpired,
} as const;

export interface Step {
  readonly survey: Pick<Survey, "surveyId" | "workspaceId" | "slug">;
  readonly person: Pick<Person, "userId" | "username" | "externalUserId">;
  readonly session: Pick<Session, "sessionId" | "status" | "sequence">;
  readonly to: keyof typeof eventOf;
  /** Answers to keep with the step. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * The one door through which a session changes its status without a submission: the status and its event in one
 * statement. Null when somebody else changed it since it was read: read it again. Throws `session_closed` for one that
 * has ended.
 */
export const stepSession = async (
  deps: Pick<SurveyDeps, "db" | "outbox" | "clock">,
  step: Step,
): Promise<SessionStep | null> => {
  const { survey, person, session, to } = step;
  const next = changeStatus(session, to);
  if (typeof next === "string") throw new Problem("session_closed", { cause: next });
  const data = sessionFacts({ survey, person, sessionId: session.sessionId, ...next });
  const event = deps.outbox.prepare({ type: eventOf[to], workspaceId: survey.workspaceId, data });
  const isFirst = await changeSession(deps.db, {
    ...next,
    sessionId: session.sessionId,
    fromSequence: session.sequence,
    ends: isTerminal(next.status),
    data: step.data ?? null,
    events: [event],
    now: deps.clock(),
  });
  if (!isFirst) return null;
  deps.outbox.wake();
  return next;
};

import type { RespondentCaller } from "@roundtrip/contracts/caller";
import { sessionCreated } from "@roundtrip/contracts/survey/session-created.event";
import { sessionOpened } from "@roundtrip/contracts/survey/session-opened.event";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { expireIfOver } from "./expire-session.ts";
import { assertActive, getOwnSurvey } from "./get-own-survey.ts";
import { countHandedIn } from "./handed-in.store.ts";
import { dayBegan, hasLimits, type LimitRefusal, refuseFurther } from "./limits.rules.ts";
import { expiryOf, isExpired } from "./session.rules.ts";
import { findOpenSession, type Person, type Session } from "./session.store.ts";
import { insertSession } from "./session-changes.store.ts";
import { sessionFacts } from "./session-events.rules.ts";
import { stepSession } from "./step-session.ts";

export type StartSessionDeps = Pick<SurveyDeps, "db" | "outbox" | "clock">;

export interface StartSession {
  readonly slug: string;
  readonly caller: RespondentCaller;
  /** Minutes that UTC is ahead of the respondent's clock. */
  readonly offsetMinutes: number;
}

const attemptsMax = 5;

/**
 * Goes on with the session under way or starts one. Everything that two tabs can do at once collides at one place, the
 * unique open session of a respondent, and whoever loses looks again and finds the winner's.
 */
export const startSession = async (deps: StartSessionDeps, command: StartSession): Promise<Session> => {
  const survey = await getOwnSurvey(deps, command.slug, command.caller);
  assertActive(survey, deps.clock());
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const found = await findOpenSession(deps.db, command.caller);
    if (!found) throw new Problem("unauthorized", { cause: "the respondent does not exist any more" });
    const session = found.session
      ? await resumeSession(deps, { survey, person: found.person, session: found.session })
      : await createSession(deps, { survey, person: found.person, offsetMinutes: command.offsetMinutes });
    if (session) return session;
  }
  throw new Problem("busy");
};

interface Found {
  readonly survey: Survey;
  readonly person: Person;
  readonly session: Session;
}

/** Null when it has ended, or was changed by somebody else meanwhile. */
const resumeSession = async (deps: StartSessionDeps, found: Found): Promise<Session | null> => {
  if (isExpired(found.session, deps.clock())) {
    await expireIfOver(deps, found);
    return null;
  }
  if (found.session.status !== "created") return found.session;
  const step = await stepSession(deps, { ...found, to: "opened" });
  return step && { ...found.session, ...step };
};

interface Newcomer {
  readonly survey: Survey;
  readonly person: Person;
  readonly offsetMinutes: number;
}

/** A session that its respondent starts is created and opened in one. Null when there is one under way already. */
const createSession = async (
  deps: StartSessionDeps,
  { survey, person, offsetMinutes }: Newcomer,
): Promise<Session | null> => {
  const now = deps.clock();
  const session: Session = {
    sessionId: uuidv7(),
    status: "opened",
    sequence: 2,
    definitionVersion: survey.definitionVersion,
    data: {},
    redirectUrl: null,
    state: null,
    startedAt: now,
    expiresAt: expiryOf(now, survey.settings.session),
  };
  const isNew = await deps.db.transaction(async (tx) => {
    const inserted = await insertSession(tx, {
      ...session,
      workspaceId: survey.workspaceId,
      surveyId: survey.surveyId,
      respondentId: person.respondentId,
      userId: person.userId,
      events: startEvents(deps, { survey, person, session }),
    });
    if (!inserted) return false;
    // Counted only now, by a statement of its own: the insert has waited for a submission that was just being stored, and
    // this one sees it. A refusal rolls the session and its events back.
    if (!hasLimits(survey.settings.limits)) return true;
    const handedIn = await countHandedIn(tx, person.respondentId, dayBegan(now, offsetMinutes));
    const refusal = refuseFurther(survey.settings.limits, handedIn, now);
    if (refusal !== null) throw new Problem("limit_reached", { detail: `${sentences[refusal]} (${refusal})` });
    return true;
  });
  if (!isNew) return null;
  deps.outbox.wake();
  return session;
};

const sentences: Readonly<Record<LimitRefusal, string>> = {
  max_total: "The survey has been handed in as often as it may be",
  max_per_day: "The survey has been handed in as often as it may be in one day",
  min_interval: "It is too early to take the survey again",
};

const startEvents = ({ outbox }: StartSessionDeps, { survey, person, session: { sessionId } }: Found) => {
  const { workspaceId } = survey;
  const facts = { survey, person, sessionId };
  return [
    outbox.prepare({
      type: sessionCreated,
      workspaceId,
      data: sessionFacts({ ...facts, status: "created", sequence: 1 }),
    }),
    outbox.prepare({
      type: sessionOpened,
      workspaceId,
      data: sessionFacts({ ...facts, status: "opened", sequence: 2 }),
    }),
  ];
};

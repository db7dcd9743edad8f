import type { RespondentCaller } from "@roundtrip/contracts/caller";
import type { SessionAnswers } from "@roundtrip/contracts/survey/answers";
import { sessionCompleted } from "@roundtrip/contracts/survey/session-completed.event";
import { submissionCreated } from "@roundtrip/contracts/survey/submission-created.event";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import { assertStorable } from "../answers/assert-storable.ts";
import { type EvaluateDeps, getEvaluatedAnswers } from "../answers/get-evaluated-answers.ts";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { expireIfOver } from "./expire-session.ts";
import { assertActive, getOwnSurvey } from "./get-own-survey.ts";
import { changeStatus, isTerminal, type SessionStep } from "./session.rules.ts";
import { findSession, type Person, type Session, type StoredSubmission } from "./session.store.ts";
import { completeSessionRow } from "./session-changes.store.ts";
import { sessionFacts } from "./session-events.rules.ts";

export type CompleteSessionDeps = Pick<SurveyDeps, "db" | "outbox" | "clock"> & EvaluateDeps;

export interface CompleteSession {
  readonly slug: string;
  readonly caller: RespondentCaller;
  readonly answers: SessionAnswers;
}

export interface CompletedSession {
  readonly survey: Survey;
  readonly person: Person;
  readonly session: Session;
  readonly submission: StoredSubmission;
}

const attemptsMax = 5;

/**
 * Stores the answers, then answers. One session is one submission, whoever sends twice, at once or an hour later: the
 * first that is stored counts, and everyone gets it. Later answers are not even looked at, so that a lost reply costs the
 * respondent nothing.
 */
export const completeSession = async (
  deps: CompleteSessionDeps,
  command: CompleteSession,
): Promise<CompletedSession> => {
  assertStorable(command.answers.data);
  const survey = await getOwnSurvey(deps, command.slug, command.caller);
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const found = await findSession(deps.db, command.caller, command.answers.sessionId);
    if (!found?.session) throw new Problem("session_not_found");
    const { person, session, submission } = found;
    if (submission) return { survey, person, session, submission };
    if (isTerminal(session.status) || (await expireIfOver(deps, { survey, person, session }))) {
      throw new Problem("session_closed");
    }
    assertActive(survey, deps.clock());
    const completed = await storeSubmission(deps, { survey, person, session, answers: command.answers });
    if (completed) return completed;
  }
  throw new Problem("busy");
};

interface Finishing {
  readonly survey: Survey;
  readonly person: Person;
  readonly session: Session;
  readonly answers: SessionAnswers;
}

/** Null when the session changed meanwhile: a save that came first, or another tab that handed in. */
const storeSubmission = async (deps: CompleteSessionDeps, finishing: Finishing): Promise<CompletedSession | null> => {
  const { survey, person, session, answers } = finishing;
  const evaluated = await getEvaluatedAnswers(deps, {
    surveyId: survey.surveyId,
    version: session.definitionVersion,
    data: answers.data,
  });
  const next = changeStatus(session, "completed");
  if (typeof next === "string") throw new Problem("session_closed", { cause: next });
  const submission = { submissionId: uuidv7(), completedAt: deps.clock() };
  const isFirst = await completeSessionRow(deps.db, {
    ...next,
    sessionId: session.sessionId,
    fromSequence: session.sequence,
    submissionId: submission.submissionId,
    data: evaluated.data,
    scores: evaluated.scores,
    events: endEvents(deps, finishing, { ...next, submissionId: submission.submissionId }),
    now: submission.completedAt,
  });
  if (!isFirst) return null;
  deps.outbox.wake();
  return { survey, person, session: { ...session, ...next }, submission };
};

const endEvents = (
  { outbox }: CompleteSessionDeps,
  { survey, person, session: { sessionId } }: Finishing,
  end: SessionStep & { readonly submissionId: string },
) => {
  const { workspaceId } = survey;
  const data = sessionFacts({ survey, person, sessionId, ...end });
  return [
    outbox.prepare({ type: submissionCreated, workspaceId, data }),
    outbox.prepare({ type: sessionCompleted, workspaceId, data }),
  ];
};

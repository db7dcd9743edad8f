import type { RespondentCaller } from "@roundtrip/contracts/caller";
import type { SessionAnswers } from "@roundtrip/contracts/survey/answers";
import { Problem } from "@roundtrip/http-problem/problem";
import { assertStorable } from "../answers/assert-storable.ts";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { expireIfOver } from "./expire-session.ts";
import { assertStoresAnswers } from "./get-open-session.ts";
import { assertActive, getOwnSurvey } from "./get-own-survey.ts";
import { isTerminal } from "./session.rules.ts";
import { findSession, type Session } from "./session.store.ts";
import { saveAnswersInProgress } from "./session-changes.store.ts";
import { stepSession } from "./step-session.ts";

export type SaveAnswersDeps = Pick<SurveyDeps, "db" | "outbox" | "clock">;

export interface SaveAnswers {
  readonly slug: string;
  readonly caller: RespondentCaller;
  readonly answers: SessionAnswers;
}

const attemptsMax = 5;

/**
 * Keeps the answers so far: they replace what was kept before, the last save wins. The first one makes the session
 * `in_progress`; the others are one statement that changes no status.
 */
export const saveAnswers = async (deps: SaveAnswersDeps, command: SaveAnswers): Promise<Session> => {
  const { caller, answers } = command;
  assertStorable(answers.data);
  const survey = await getOwnSurvey(deps, command.slug, caller);
  assertStoresAnswers(survey);
  assertActive(survey, deps.clock());
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const saved =
      (await saveAnswersInProgress(deps.db, caller, { ...answers, now: deps.clock() })) ??
      (await saveFirstAnswers(deps, survey, command));
    if (saved) return saved;
  }
  throw new Problem("busy");
};

/** Null when somebody else was first: the usual save then finds the session in progress. */
const saveFirstAnswers = async (
  deps: SaveAnswersDeps,
  survey: Survey,
  command: SaveAnswers,
): Promise<Session | null> => {
  const { sessionId, data } = command.answers;
  const found = await findSession(deps.db, command.caller, sessionId);
  if (!found?.session) throw new Problem("session_not_found");
  const { person, session } = found;
  if (isTerminal(session.status) || (await expireIfOver(deps, { survey, person, session }))) {
    throw new Problem("session_closed");
  }
  if (session.status === "in_progress") return null;
  const step = await stepSession(deps, { survey, person, session, to: "in_progress", data });
  return step && { ...session, ...step, data };
};

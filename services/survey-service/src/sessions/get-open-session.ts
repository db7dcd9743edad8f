import type { RespondentCaller } from "@roundtrip/contracts/caller";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { getOwnSurvey } from "./get-own-survey.ts";
import { isExpired } from "./session.rules.ts";
import { findOpenSession, type Session } from "./session.store.ts";

/** Throws `forbidden` when the survey keeps no answers before the end. */
export const assertStoresAnswers = (survey: Survey): void => {
  if (survey.settings.session.store) return;
  throw new Problem("forbidden", { detail: "The survey does not keep answers before they are handed in" });
};

/** The session under way. One whose time is over is not there any more, although only a write will end it. */
export const getOpenSession = async (
  deps: Pick<SurveyDeps, "db" | "clock">,
  slug: string,
  caller: RespondentCaller,
): Promise<Session> => {
  const survey = await getOwnSurvey(deps, slug, caller);
  assertStoresAnswers(survey);
  const found = await findOpenSession(deps.db, caller);
  if (!found?.session || isExpired(found.session, deps.clock())) throw new Problem("session_not_found");
  return found.session;
};

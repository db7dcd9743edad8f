import type { RespondentCaller } from "@roundtrip/contracts/caller";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { effectiveState } from "../surveys/survey.rules.ts";
import { findSurveyBySlug, type Survey } from "../surveys/survey.store.ts";

/**
 * The survey in the address, which must be the caller's own: another one of the same workspace is 403, one of another
 * workspace is 404 like one that does not exist.
 */
export const getOwnSurvey = async (
  deps: Pick<SurveyDeps, "db">,
  slug: string,
  caller: RespondentCaller,
): Promise<Survey> => {
  const survey = await findSurveyBySlug(deps.db, slug);
  if (survey === null || survey.workspaceId !== caller.workspaceId) throw new Problem("survey_not_found");
  if (survey.surveyId !== caller.surveyId) throw new Problem("forbidden");
  return survey;
};

const sentences = {
  notStarted: "The survey has not started yet",
  suspended: "The survey is suspended",
  completed: "The survey has ended",
} as const;

/** Throws `survey_not_active` with the state in words. */
export const assertActive = (survey: Survey, now: Date): void => {
  const state = effectiveState(survey, now);
  if (state === "active") return;
  const reason = state === "suspended" && survey.suspensionReason ? `: ${survey.suspensionReason}` : "";
  throw new Problem("survey_not_active", { detail: `${sentences[state]}${reason} (${state})` });
};

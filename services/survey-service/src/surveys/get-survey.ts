import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { findDefinition, findSurvey, type Survey } from "./survey.store.ts";

export interface SurveyWithDefinition {
  readonly survey: Survey;
  readonly definition: Record<string, unknown>;
}

/** With the definition in force. Throws `survey_not_found`, for another workspace's survey too. */
export const getSurveyWithDefinition = async (
  { db }: Pick<SurveyDeps, "db">,
  workspaceId: string,
  idOrSlug: string,
): Promise<SurveyWithDefinition> => {
  const survey = await findSurvey(db, workspaceId, idOrSlug);
  const definition = survey && (await findDefinition(db, survey.surveyId, survey.definitionVersion));
  if (!survey || !definition) throw new Problem("survey_not_found");
  return { survey, definition };
};

import { updateSurvey as operation } from "@roundtrip/contracts/survey/update-survey.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { getSurveyWithDefinition } from "./get-survey.ts";
import { surveyFieldsOf } from "./survey-fields.rules.ts";
import { viewSurvey } from "./survey-view.rules.ts";
import { updateSurvey } from "./update-survey.ts";

export const updateSurveyRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, body, caller }) => {
    const { workspaceId } = caller;
    const { surveyId } = await updateSurvey(deps, { workspaceId, survey: params.survey, change: surveyFieldsOf(body) });
    const { survey, definition } = await getSurveyWithDefinition(deps, workspaceId, surveyId);
    return { status: 200, body: viewSurvey(survey, definition, deps.clock()) };
  });

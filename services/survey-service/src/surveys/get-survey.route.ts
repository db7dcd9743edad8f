import { getSurvey as operation } from "@roundtrip/contracts/survey/get-survey.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { getSurveyWithDefinition } from "./get-survey.ts";
import { viewSurvey } from "./survey-view.rules.ts";

export const getSurveyRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, caller }) => {
    const { survey, definition } = await getSurveyWithDefinition(deps, caller.workspaceId, params.survey);
    return { status: 200, body: viewSurvey(survey, definition, deps.clock()) };
  });

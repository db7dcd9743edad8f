import { createSurvey as operation } from "@roundtrip/contracts/survey/create-survey.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { createSurvey } from "./create-survey.ts";
import { surveyFieldsOf } from "./survey-fields.rules.ts";
import { viewSurvey } from "./survey-view.rules.ts";

export const createSurveyRoute = (deps: SurveyDeps) =>
  route(operation, async ({ body, caller }) => {
    const { slug, name, definition } = body;
    const { workspaceId, environment } = caller;
    const survey = await createSurvey(deps, {
      ...surveyFieldsOf(body),
      workspaceId,
      environment,
      slug,
      name,
      definition,
    });
    return { status: 201, body: viewSurvey(survey, definition, deps.clock()) };
  });

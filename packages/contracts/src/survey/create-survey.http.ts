import { Closed, Slug } from "../formats.ts";
import { operation } from "../operation.ts";
import { Definition, SurveyName, SurveyObject, surveyFields } from "./survey-object.ts";

export const createSurvey = operation({
  id: "createSurvey",
  service: "survey",
  method: "POST",
  path: "/v2/surveys",
  summary: "Create a survey",
  description:
    "`slug` is unique across all workspaces, not case-sensitive, and cannot be changed: respondents' URLs carry nothing else. " +
    "`state` is `notStarted` unless given.",
  access: { kind: "workspace", scope: "surveys:write", role: "admin" },
  dialect: "v2",
  body: Closed({ slug: Slug, name: SurveyName, definition: Definition, ...surveyFields }),
  responses: { 201: SurveyObject },
  problems: ["survey_slug_taken", "survey_slug_reserved", "definition_invalid"],
});

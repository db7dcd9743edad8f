import { operation } from "../operation.ts";
import { SurveyObject, SurveyParams } from "./survey-object.ts";

export const getSurvey = operation({
  id: "getSurvey",
  service: "survey",
  method: "GET",
  path: "/v2/surveys/:survey",
  summary: "Read a survey by its id or slug",
  access: { kind: "workspace", scope: "surveys:read", role: "viewer" },
  dialect: "v2",
  params: SurveyParams,
  responses: { 200: SurveyObject },
  problems: ["survey_not_found"],
});

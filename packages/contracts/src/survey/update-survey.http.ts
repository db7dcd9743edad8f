import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { SurveyName, SurveyObject, SurveyParams, surveyFields } from "./survey-object.ts";

export const updateSurvey = operation({
  id: "updateSurvey",
  service: "survey",
  method: "PATCH",
  path: "/v2/surveys/:survey",
  summary: "Change a survey",
  description:
    "What is not given stays. `settings` are merged one level deep: a member that is given, say `limits`, replaces that " +
    "member whole, the others stay. The definition has its own operation.",
  access: { kind: "workspace", scope: "surveys:write", role: "admin" },
  dialect: "v2",
  params: SurveyParams,
  body: Closed({ name: Type.Optional(SurveyName), ...surveyFields }),
  responses: { 200: SurveyObject },
  problems: ["survey_not_found"],
});

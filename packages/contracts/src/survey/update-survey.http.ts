import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { SurveyName, SurveyObject, SurveyParams, surveyFields } from "./survey-object.ts";
import { SettingsChange } from "./survey-settings.ts";

export const updateSurvey = operation({
  id: "updateSurvey",
  service: "survey",
  method: "PATCH",
  path: "/v2/surveys/:survey",
  summary: "Change a survey",
  description:
    "What is not given stays. That holds for `settings` and for the members of each setting too: `{ limits: { max_total: 9 } }` " +
    "leaves `max_per_day` and every other setting as they are. Lists, and `redirect.outcomes`, are replaced whole; " +
    "`redirect: null` clears the redirect. The definition has its own operation.",
  access: { kind: "workspace", scope: "surveys:write", role: "admin" },
  dialect: "v2",
  params: SurveyParams,
  body: Closed({ name: Type.Optional(SurveyName), ...surveyFields, settings: Type.Optional(SettingsChange) }),
  responses: { 200: SurveyObject },
  problems: ["survey_not_found"],
});

import { Closed, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { RespondentSummary } from "./respondent-object.ts";
import { SurveyParams } from "./survey-object.ts";

export const listRespondents = operation({
  id: "listRespondents",
  service: "survey",
  method: "GET",
  path: "/v2/surveys/:survey/respondents",
  summary: "List a survey's respondents, oldest first",
  access: { kind: "workspace", scope: "respondents:read", role: "viewer" },
  dialect: "v2",
  params: SurveyParams,
  query: Closed(PageQuery),
  responses: { 200: Page(RespondentSummary) },
  problems: ["survey_not_found"],
});

import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { LocalTimeQuery, SurveyPath, userInfoMembers } from "./answers.ts";

export const getUserInfo = operation({
  id: "getUserInfo",
  service: "survey",
  method: "GET",
  path: "/surveys/:slug/user-info",
  summary: "The signed-in respondent, and whether a limit is reached",
  access: { kind: "respondent" },
  dialect: "intake24",
  params: SurveyPath,
  query: LocalTimeQuery,
  responses: { 200: Closed(userInfoMembers) },
  problems: ["survey_not_found"],
});

import { operation } from "../operation.ts";
import { SurveyPath } from "./answers.ts";
import { RespondentSession } from "./respondent-session.ts";

export const getOpenSession = operation({
  id: "getOpenSession",
  service: "survey",
  method: "GET",
  path: "/surveys/:slug/session",
  summary: "The session under way, with the answers saved so far",
  description:
    "404 when there is none or when it has expired; 403 when the survey does not store answers before the end.",
  access: { kind: "respondent" },
  dialect: "intake24",
  params: SurveyPath,
  responses: { 200: RespondentSession },
  problems: ["survey_not_found", "session_not_found"],
});

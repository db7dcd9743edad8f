import { operation } from "../operation.ts";
import { LocalTimeQuery, SurveyPath } from "./answers.ts";
import { RespondentSession } from "./respondent-session.ts";

export const startSession = operation({
  id: "startSession",
  service: "survey",
  method: "POST",
  path: "/surveys/:slug/session",
  summary: "Start a session, or go on with the one under way",
  description: "A respondent has at most one session under way: two tabs that start at once share it.",
  access: { kind: "respondent" },
  dialect: "intake24",
  params: SurveyPath,
  query: LocalTimeQuery,
  responses: { 200: RespondentSession },
  problems: ["survey_not_found", "survey_not_active", "limit_reached"],
});

import { operation } from "../operation.ts";
import { SessionAnswers, SurveyPath } from "./answers.ts";
import { RespondentSession } from "./respondent-session.ts";

export const saveAnswers = operation({
  id: "saveAnswers",
  service: "survey",
  method: "PUT",
  path: "/surveys/:slug/session",
  summary: "Keep the answers so far; they replace what was saved before",
  description:
    "Answers so far may be incomplete, so only their size and form are checked. 403 when the survey does not store answers before the end.",
  access: { kind: "respondent" },
  dialect: "intake24",
  params: SurveyPath,
  body: SessionAnswers,
  responses: { 200: RespondentSession },
  problems: ["survey_not_found", "survey_not_active", "session_not_found", "session_closed", "answers_invalid"],
});

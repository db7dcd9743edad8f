import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { SurveyPath } from "./answers.ts";

export const cancelSession = operation({
  id: "cancelSession",
  service: "survey",
  method: "DELETE",
  path: "/surveys/:slug/session",
  summary: "Give the session up; the answers so far are erased",
  description: "A session that is already cancelled stays cancelled and answers 204 again.",
  access: { kind: "respondent" },
  dialect: "intake24",
  params: SurveyPath,
  query: Closed({ sessionId: Uuid }),
  responses: { 204: null },
  problems: ["survey_not_found", "session_not_found", "session_closed"],
});

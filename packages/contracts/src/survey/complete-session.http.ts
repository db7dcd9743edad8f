import { Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { LocalTimeQuery, SessionAnswers, SurveyPath, userInfoMembers } from "./answers.ts";
import { SessionStatus } from "./session-facts.ts";

const CompletedSession = Closed({
  submission: Closed({ id: Uuid, submissionTime: Instant }),
  status: SessionStatus,
  sequence: Type.Integer({ minimum: 1 }),
  /** Where to send the respondent, with a fresh return ticket; null when the survey names no place that it allows. */
  followUpUrl: Nullable(Type.String()),
  ...userInfoMembers,
});

export const completeSession = operation({
  id: "completeSession",
  service: "survey",
  method: "POST",
  path: "/surveys/:slug/submission",
  summary: "Hand the answers in",
  description:
    "The answers are checked by the server with the model that rendered them, and are stored before this answers. " +
    "One session is one submission: sent again, even with other answers, it gets the submission that was stored first.",
  access: { kind: "respondent" },
  dialect: "intake24",
  params: SurveyPath,
  query: LocalTimeQuery,
  body: SessionAnswers,
  responses: { 200: CompletedSession },
  problems: ["survey_not_found", "survey_not_active", "session_not_found", "session_closed", "answers_invalid"],
});

import type { Operation } from "../operation.ts";
import { cancelSession } from "./cancel-session.http.ts";
import { completeSession } from "./complete-session.http.ts";
import { getOpenSession } from "./get-open-session.http.ts";
import { getSubmission } from "./get-submission.http.ts";
import { getSurveyParameters } from "./get-survey-parameters.http.ts";
import { getUserInfo } from "./get-user-info.http.ts";
import { listSubmissions } from "./list-submissions.http.ts";
import { saveAnswers } from "./save-answers.http.ts";
import { startSession } from "./start-session.http.ts";
import { verifyReturnTicket } from "./verify-return-ticket.http.ts";

/** Operations on sessions, submissions and return tickets. */
export const sessionOperations = [
  getSurveyParameters,
  getUserInfo,
  getOpenSession,
  startSession,
  saveAnswers,
  cancelSession,
  completeSession,
  listSubmissions,
  getSubmission,
  verifyReturnTicket,
] as const satisfies readonly Operation[];

import type { Route } from "@roundtrip/http-operation/route";
import type { Worker } from "@roundtrip/service-runner/service";
import type { SurveyDeps } from "./deps.ts";
import { createEnsureTicketKeyWorker } from "./return/ensure-ticket-key.worker.ts";
import { verifyReturnTicketRoute } from "./return/verify-return-ticket.route.ts";
import { cancelSessionRoute } from "./sessions/cancel-session.route.ts";
import { completeSessionRoute } from "./sessions/complete-session.route.ts";
import { createExpireSessionsWorker } from "./sessions/expire-sessions.worker.ts";
import { getOpenSessionRoute } from "./sessions/get-open-session.route.ts";
import { getSurveyParametersRoute } from "./sessions/get-survey-parameters.route.ts";
import { getUserInfoRoute } from "./sessions/get-user-info.route.ts";
import { saveAnswersRoute } from "./sessions/save-answers.route.ts";
import { startSessionRoute } from "./sessions/start-session.route.ts";
import { createAnswerSubmissionsWorker } from "./submissions/answer-submissions.worker.ts";
import { getSubmissionRoute } from "./submissions/get-submission.route.ts";
import { listSubmissionsRoute } from "./submissions/list-submissions.route.ts";

export interface RouteLists {
  readonly public: readonly Route[];
  readonly respondent: readonly Route[];
  readonly workspace: readonly Route[];
}

export const sessionRoutes = (deps: SurveyDeps): RouteLists => ({
  public: [],
  respondent: [
    getSurveyParametersRoute(deps),
    getUserInfoRoute(deps),
    getOpenSessionRoute(deps),
    startSessionRoute(deps),
    saveAnswersRoute(deps),
    cancelSessionRoute(deps),
    completeSessionRoute(deps),
  ],
  workspace: [listSubmissionsRoute(deps), getSubmissionRoute(deps), verifyReturnTicketRoute(deps)],
});

export const sessionWorkers = (deps: SurveyDeps): readonly Worker[] => [
  createEnsureTicketKeyWorker(deps),
  createExpireSessionsWorker(deps),
  createAnswerSubmissionsWorker(deps),
];

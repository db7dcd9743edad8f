import type { Worker } from "@roundtrip/service-runner/service";
import type { SurveyDeps } from "./deps.ts";
import { createRespondentCredentialWorker } from "./respondents/answer-respondent-credential.worker.ts";
import { createUserRoute } from "./respondents/create-user.route.ts";
import { getRespondentRoute } from "./respondents/get-respondent.route.ts";
import { listRespondentsRoute } from "./respondents/list-respondents.route.ts";
import { createPruneSpentTokensWorker } from "./respondents/prune-spent-tokens.worker.ts";
import { createJwtSecretRoute } from "./secrets/create-jwt-secret.route.ts";
import type { RouteLists } from "./session-routes.ts";
import { createSurveyRoute } from "./surveys/create-survey.route.ts";
import { getPublicSurveyRoute } from "./surveys/get-public-survey.route.ts";
import { getSurveyRoute } from "./surveys/get-survey.route.ts";
import { listOpenSurveysRoute } from "./surveys/list-open-surveys.route.ts";
import { listSurveysRoute } from "./surveys/list-surveys.route.ts";
import { publishDefinitionRoute } from "./surveys/publish-definition.route.ts";
import { updateSurveyRoute } from "./surveys/update-survey.route.ts";
import { createResolveUserWorker } from "./users/answer-resolve-user.worker.ts";

export const surveyRoutes = (deps: SurveyDeps): RouteLists => ({
  public: [listOpenSurveysRoute(), getPublicSurveyRoute(deps), createUserRoute(deps)],
  respondent: [],
  workspace: [
    listSurveysRoute(deps),
    createSurveyRoute(deps),
    getSurveyRoute(deps),
    updateSurveyRoute(deps),
    publishDefinitionRoute(deps),
    createJwtSecretRoute(deps),
    listRespondentsRoute(deps),
    getRespondentRoute(deps),
  ],
});

export const surveyWorkers = (deps: SurveyDeps): readonly Worker[] => [
  createRespondentCredentialWorker(deps),
  createPruneSpentTokensWorker(deps),
  createResolveUserWorker(deps),
];

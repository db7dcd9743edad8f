import type { Operation } from "../operation.ts";
import { createJwtSecret } from "./create-jwt-secret.http.ts";
import { createSurvey } from "./create-survey.http.ts";
import { createUser } from "./create-user.http.ts";
import { getPublicSurvey } from "./get-public-survey.http.ts";
import { getRespondent } from "./get-respondent.http.ts";
import { getSurvey } from "./get-survey.http.ts";
import { listOpenSurveys } from "./list-open-surveys.http.ts";
import { listRespondents } from "./list-respondents.http.ts";
import { listSurveys } from "./list-surveys.http.ts";
import { publishDefinition } from "./publish-definition.http.ts";
import { sessionOperations } from "./session.operations.ts";
import { updateSurvey } from "./update-survey.http.ts";

/** Every operation of survey-service. */
export const surveyOperations = [
  listOpenSurveys,
  getPublicSurvey,
  createUser,
  listSurveys,
  createSurvey,
  getSurvey,
  updateSurvey,
  publishDefinition,
  createJwtSecret,
  listRespondents,
  getRespondent,
  ...sessionOperations,
] as const satisfies readonly Operation[];

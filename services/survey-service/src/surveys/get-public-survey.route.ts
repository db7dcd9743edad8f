import { getPublicSurvey as operation } from "@roundtrip/contracts/survey/get-public-survey.http";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { findSurveyBySlug } from "./survey.store.ts";

export const getPublicSurveyRoute = ({ db }: Pick<SurveyDeps, "db">) =>
  route(operation, async ({ params }) => {
    const survey = await findSurveyBySlug(db, params.slug);
    if (!survey) throw new Problem("survey_not_found");
    return {
      status: 200,
      body: {
        id: survey.surveyId,
        slug: survey.slug,
        name: survey.name,
        localeId: survey.locale,
        // Known to Intake24 from its version 3; nothing here sets it.
        originatingUrl: null,
        supportEmail: survey.supportEmail,
        openAccess: false,
        authCaptcha: false,
      },
    };
  });

import { getSurveyParameters as operation } from "@roundtrip/contracts/survey/get-survey-parameters.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { effectiveState } from "../surveys/survey.rules.ts";
import { getOwnSurvey } from "./get-own-survey.ts";
import { isExpired } from "./session.rules.ts";
import { findOpenSession } from "./session.store.ts";

export const getSurveyParametersRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, caller }) => {
    const survey = await getOwnSurvey(deps, params.slug, caller);
    const now = deps.clock();
    const session = (await findOpenSession(deps.db, caller))?.session ?? null;
    const definitionVersion =
      session && !isExpired(session, now) ? session.definitionVersion : survey.definitionVersion;
    const { redirect, session: lifetime } = survey.settings;
    return {
      status: 200,
      body: {
        id: survey.surveyId,
        slug: survey.slug,
        name: survey.name,
        state: effectiveState(survey, now),
        localeId: survey.locale,
        languages: [...survey.languages],
        definition: await deps.definitions.get(survey.surveyId, definitionVersion),
        definitionVersion,
        suspensionReason: survey.suspensionReason,
        supportEmail: survey.supportEmail,
        startDate: survey.startDate,
        endDate: survey.endDate,
        session: { store: lifetime.store },
        redirect: redirect && { timer: redirect.timer, target: redirect.target },
        feedback: { enabled: false },
      },
    };
  });

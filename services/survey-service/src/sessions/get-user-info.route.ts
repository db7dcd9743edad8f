import { getUserInfo as operation } from "@roundtrip/contracts/survey/get-user-info.http";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { getOwnSurvey } from "./get-own-survey.ts";
import { countHandedIn } from "./handed-in.store.ts";
import { dayBegan } from "./limits.rules.ts";
import { findOpenSession } from "./session.store.ts";
import { viewUserInfo } from "./session-view.rules.ts";

export const getUserInfoRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, query, caller }) => {
    const survey = await getOwnSurvey(deps, params.slug, caller);
    const today = dayBegan(deps.clock(), Number(query.tzOffset ?? 0));
    const [found, handedIn] = await Promise.all([
      findOpenSession(deps.db, caller),
      countHandedIn(deps.db, caller.respondentId, today),
    ]);
    if (!found) throw new Problem("unauthorized", { cause: "the respondent does not exist any more" });
    return { status: 200, body: viewUserInfo(found.person, survey.settings.limits, handedIn) };
  });

import type { WorkspaceCaller } from "@roundtrip/contracts/caller";
import { getRespondent as operation } from "@roundtrip/contracts/survey/get-respondent.http";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { findSurvey } from "../surveys/survey.store.ts";
import { authenticationUrls } from "./authentication-token.ts";
import { viewRespondentSummary } from "./respondent-view.rules.ts";
import { findRespondentWithUser } from "./respondent-view.store.ts";

export const getRespondentRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, caller }) => {
    const survey = await findSurvey(deps.db, caller.workspaceId, params.survey);
    if (!survey) throw new Problem("survey_not_found");
    const respondent = await findRespondentWithUser(deps.prisma, survey, params.username);
    if (!respondent) throw new Problem("respondent_not_found");
    const token = maySignInAs(caller) ? deps.authenticationTokens.derive(respondent) : null;
    return {
      status: 200,
      headers: { "cache-control": "no-store" },
      body: {
        ...viewRespondentSummary(respondent, survey.slug),
        auth_token: token,
        urls: token === null ? null : authenticationUrls(survey, token, deps.publicUrl),
      },
    };
  });

/** Whoever has the token is the respondent; a viewer may look, not act. An API key has no role. */
const maySignInAs = (caller: WorkspaceCaller): boolean => caller.role !== "viewer";

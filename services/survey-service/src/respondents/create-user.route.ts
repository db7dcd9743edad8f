import { createUser as operation } from "@roundtrip/contracts/survey/create-user.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { authenticationUrls } from "./authentication-token.ts";
import { type CreatedUser, createUser } from "./create-user.ts";

export const createUserRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, query, body }) => {
    const result = await createUser(deps, { slug: params.slug, token: body.token });
    const urls = () => ({
      created: result.created,
      urls: authenticationUrls(result.survey, result.authToken, deps.publicUrl),
    });
    return {
      status: 200,
      headers: { "cache-control": "no-store" },
      body: { ...view(result), ...(query.expand === "urls" ? urls() : {}) },
    };
  });

/** Exactly these members (api.md 4.1): name and custom fields only where the survey stores them. */
const view = ({ survey, respondent, claims, authToken }: CreatedUser) => ({
  userId: respondent.userId,
  username: claims.username,
  authToken,
  ...(claims.redirectUrl === undefined ? {} : { redirectUrl: claims.redirectUrl }),
  ...(survey.settings.personal_identifiers ? { name: respondent.name } : {}),
  ...(survey.settings.custom_fields ? { customFields: [...respondent.customFields] } : {}),
});

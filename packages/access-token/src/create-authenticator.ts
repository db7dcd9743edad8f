import { Problem } from "@roundtrip/http-problem/problem";
import type { FastifyRequest } from "fastify";
import { verifyAccessToken } from "./access-token.plugin.ts";
import type { Authenticator, AuthenticatorOptions } from "./authenticator.ts";
import {
  accountCaller,
  apiKeyCaller,
  chooseWorkspace,
  type Refusal,
  refuseApiKey,
  refuseCaller,
  refuseRole,
} from "./workspace-access.rules.ts";

/**
 * The one door of a service. Needs `accessTokenPlugin` registered with the same options in the scope of the routes.
 * No or wrong credentials: `unauthorized`, always the same body. Right credentials of the wrong kind: `forbidden`.
 */
export const createAuthenticator = (options: AuthenticatorOptions): Authenticator => ({
  none: async () => null,
  respondent: async (request) => {
    const claims = await verifyAccessToken(request);
    if (claims.kind !== "respondent") throw new Problem("forbidden", { detail: "This is for respondents" });
    return {
      kind: "respondent",
      workspaceId: claims.workspace_id,
      surveyId: claims.survey_id,
      respondentId: claims.sub,
      userId: claims.user_id,
    };
  },
  account: async (request, access) => {
    const claims = await verifyAccessToken(request);
    if (claims.kind !== "account") throw new Problem("forbidden", { detail: "This is for staff accounts" });
    if (access.operator && !claims.operator) throw new Problem("forbidden", { detail: "This is for operators" });
    return { kind: "account", accountId: claims.sub, operator: claims.operator, signInId: claims.sid };
  },
  workspace: async (request, access) => {
    const key = request.headers["x-api-key"];
    if (key !== undefined) {
      const verified = typeof key === "string" ? await options.verifyCredential(key) : null;
      if (verified?.kind !== "api_key") throw new Problem("unauthorized");
      refuse(refuseApiKey(verified, access, request.headers.origin));
      return apiKeyCaller(verified);
    }
    const claims = await verifyAccessToken(request);
    if (claims.kind !== "account")
      throw new Problem("forbidden", { detail: "This takes an API key or a staff account" });
    const chosen = chooseWorkspace(claims.memberships, singleHeader(request, "x-workspace"));
    refuse(refuseCaller("account", access));
    if ("code" in chosen) throw new Problem(chosen.code, { detail: chosen.detail });
    refuse(refuseRole(chosen.membership.role, access.role));
    return accountCaller(claims, chosen);
  },
});

const refuse = (refusal: Refusal | null): void => {
  if (refusal) throw new Problem(refusal.code, { detail: refusal.detail });
};

const singleHeader = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
};

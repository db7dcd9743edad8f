import type { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { WorkspaceCaller } from "@roundtrip/contracts/caller";
import type { Access } from "@roundtrip/contracts/operation";
import { Problem } from "@roundtrip/http-problem/problem";
import type { FastifyRequest } from "fastify";
import { verifyAccessToken } from "./access-token.plugin.ts";
import { readActionToken } from "./action-token.ts";
import type { Authenticator, AuthenticatorOptions } from "./authenticator.ts";
import { findPersonPresented, findPresented } from "./presented.rules.ts";
import {
  accountCaller,
  actionTokenCaller,
  apiKeyCaller,
  chooseWorkspace,
  personalAccessTokenCaller,
  type Refusal,
  refuseActionToken,
  refuseApiKey,
  refuseCaller,
  refusePersonalAccessToken,
  refuseRole,
} from "./workspace-access.rules.ts";

/**
 * The one door of a service. Needs `accessTokenPlugin` registered with the same options in the scope of the routes.
 * No or wrong credentials: `unauthorized`, always the same body. Right credentials of the wrong kind: `forbidden`.
 */
export const createAuthenticator = (options: AuthenticatorOptions): Authenticator => ({
  none: async () => null,
  respondent: async (request) => {
    const claims = await getClaims(options, request);
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
    const presented = findPersonPresented(request.headers);
    if (presented.kind === "personal_access_token") {
      await getVerified(options, "personal_access_token", presented.text);
      throw new Problem("forbidden", { detail: "This takes a signed-in account; its tokens may not do it" });
    }
    const claims = await getClaims(options, request);
    if (claims.kind !== "account") throw new Problem("forbidden", { detail: "This is for staff accounts" });
    if (access.operator && !claims.operator) throw new Problem("forbidden", { detail: "This is for operators" });
    return { kind: "account", accountId: claims.sub, operator: claims.operator, signInId: claims.sid };
  },
  workspace: async (request, access) => {
    const presented = findPresented(request.headers);
    if (presented.kind === "access_token") return admitAccount(options, request, access);
    return admitMachine[presented.kind]({ options, request, access, text: presented.text });
  },
});

type WorkspaceAccess = Extract<Access, { kind: "workspace" }>;

/** The claims of an access token that nobody has ended since it was made. */
const getClaims = async (options: AuthenticatorOptions, request: FastifyRequest): Promise<AccessTokenClaims> => {
  const claims = await verifyAccessToken(request);
  if (await options.isEnded(claims)) throw new Problem("unauthorized", { cause: "ended" });
  return claims;
};

const admitAccount = async (
  options: AuthenticatorOptions,
  request: FastifyRequest,
  access: WorkspaceAccess,
): Promise<WorkspaceCaller> => {
  const claims = await getClaims(options, request);
  if (claims.kind !== "account") throw new Problem("forbidden", { detail: "This takes an API key or a staff account" });
  const chosen = got(chooseWorkspace(claims.memberships, workspaceHeader(request)));
  refuse(refuseCaller("account", access));
  refuse(refuseRole(chosen.membership.role, access.role));
  return accountCaller(claims, chosen);
};

interface Machine {
  readonly options: AuthenticatorOptions;
  readonly request: FastifyRequest;
  readonly access: WorkspaceAccess;
  readonly text: string;
}

const admitMachine = {
  api_key: async ({ options, request, access, text }: Machine): Promise<WorkspaceCaller> => {
    const verified = await getVerified(options, "api_key", text);
    refuse(refuseApiKey(verified, access, request.headers.origin));
    return apiKeyCaller(verified);
  },
  personal_access_token: async ({ options, request, access, text }: Machine): Promise<WorkspaceCaller> => {
    const verified = await getVerified(options, "personal_access_token", text);
    const chosen = got(chooseWorkspace(verified.memberships, workspaceHeader(request)));
    refuse(refusePersonalAccessToken(verified, access, { ...chosen, origin: request.headers.origin }));
    return personalAccessTokenCaller(verified, chosen);
  },
  /** The signature says what it was made for; whether the key that made it is still good, only auth-service knows. */
  action_token: async ({ options, access, text }: Machine): Promise<WorkspaceCaller> => {
    const claims = await readActionToken(options, text);
    const key = claims && (await options.verifyCredential({ api_key_id: claims.client_id }));
    if (!claims || key?.kind !== "api_key" || key.workspace_id !== claims.workspace_id)
      throw new Problem("unauthorized");
    const granted = claims.scope.split(" ").filter((scope) => key.scopes.includes(scope));
    refuse(refuseActionToken(granted, access));
    return actionTokenCaller(claims, granted);
  },
};

type Verified = NonNullable<Awaited<ReturnType<AuthenticatorOptions["verifyCredential"]>>>;

/** A credential of one kind in the place of another is none: a key is no bearer token, and a token is no key. */
const getVerified = async <K extends Verified["kind"]>(
  options: AuthenticatorOptions,
  kind: K,
  credential: string,
): Promise<Extract<Verified, { kind: K }>> => {
  const verified = await options.verifyCredential({ credential });
  if (!verified || !isKind(verified, kind)) throw new Problem("unauthorized");
  return verified;
};

const isKind = <K extends Verified["kind"]>(verified: Verified, kind: K): verified is Extract<Verified, { kind: K }> =>
  verified.kind === kind;

const got = <T extends object>(chosen: T | Refusal): T => {
  if ("code" in chosen) throw new Problem(chosen.code, { detail: chosen.detail });
  return chosen;
};

const refuse = (refusal: Refusal | null): void => {
  if (refusal) throw new Problem(refusal.code, { detail: refusal.detail });
};

const workspaceHeader = (request: FastifyRequest): string | undefined => {
  const value = request.headers["x-workspace"];
  return typeof value === "string" ? value : undefined;
};

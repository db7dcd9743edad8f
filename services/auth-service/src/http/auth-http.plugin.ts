import fastifyCookie from "@fastify/cookie";
import { accessTokenPlugin } from "@roundtrip/access-token/access-token.plugin";
import { createAuthenticator } from "@roundtrip/access-token/create-authenticator";
import { registerScope } from "@roundtrip/http-operation/route";
import type { FastifyPluginAsync } from "fastify";
import { createGetAccountRoute } from "../accounts/get-account.route.ts";
import { createCreateApiKeyRoute } from "../api-keys/create-api-key.route.ts";
import { createListApiKeysRoute } from "../api-keys/list-api-keys.route.ts";
import { createRevokeApiKeyRoute } from "../api-keys/revoke-api-key.route.ts";
import { verifyApiKey } from "../api-keys/verify-api-key.ts";
import type { AuthDeps } from "../deps.ts";
import { createListPublicKeysRoute } from "../keys/list-public-keys.route.ts";
import { createRefreshAccessRoute } from "../sign-ins/refresh-access.route.ts";
import { createSignInAccountRoute } from "../sign-ins/sign-in-account.route.ts";
import { createSignInAliasRoute } from "../sign-ins/sign-in-alias.route.ts";
import { createSignInWithTokenRoute } from "../sign-ins/sign-in-with-token.route.ts";
import { createSignOutRoute } from "../sign-ins/sign-out.route.ts";
import { createGetWorkspaceRoute } from "../workspaces/get-workspace.route.ts";

/** Every route of auth-service, by who may call it. */
export const createAuthHttp =
  (deps: AuthDeps): FastifyPluginAsync =>
  async (app) => {
    const { issuer, keySet } = deps;
    const callers = { issuer, keySet, verifyCredential: (credential: string) => verifyApiKey(deps, credential) };
    await app.register(fastifyCookie);
    await app.register(accessTokenPlugin, callers);
    const authenticator = createAuthenticator(callers);
    registerScope(app, {
      access: "public",
      authenticate: authenticator.none,
      routes: [
        createSignInAccountRoute(deps),
        createSignInAliasRoute(deps),
        createSignInWithTokenRoute(deps),
        createRefreshAccessRoute(deps),
        createSignOutRoute(deps),
        createListPublicKeysRoute(deps),
      ],
    });
    registerScope(app, {
      access: "account",
      authenticate: authenticator.account,
      routes: [createGetAccountRoute(deps)],
    });
    registerScope(app, {
      access: "workspace",
      authenticate: authenticator.workspace,
      routes: [
        createGetWorkspaceRoute(deps),
        createListApiKeysRoute(deps),
        createCreateApiKeyRoute(deps),
        createRevokeApiKeyRoute(deps),
      ],
    });
  };

import fastifyCookie from "@fastify/cookie";
import { accessTokenPlugin } from "@roundtrip/access-token/access-token.plugin";
import { createAuthenticator } from "@roundtrip/access-token/create-authenticator";
import type { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import { registerScope } from "@roundtrip/http-operation/route";
import type { FastifyPluginAsync } from "fastify";
import type { AuthDeps } from "../deps.ts";
import { type Question, verifyCredential } from "../introspection/verify-credential.ts";
import { createListPublicKeysRoute } from "../keys/list-public-keys.route.ts";
import { createRefreshAccessRoute } from "../sign-ins/refresh-access.route.ts";
import { isStanding } from "../sign-ins/sign-in.store.ts";
import { createSignInAccountRoute } from "../sign-ins/sign-in-account.route.ts";
import { createSignInAliasRoute } from "../sign-ins/sign-in-alias.route.ts";
import { createSignInWithTokenRoute } from "../sign-ins/sign-in-with-token.route.ts";
import { createSignOutRoute } from "../sign-ins/sign-out.route.ts";
import { auditRoutes } from "./audit-routes.plugin.ts";
import { machineRoutes } from "./machine-routes.plugin.ts";
import { oidcRoutes } from "./oidc-routes.plugin.ts";
import { secondFactorRoutes } from "./second-factor-routes.plugin.ts";
import { staffRoutes } from "./staff-routes.plugin.ts";

/** Every route of auth-service, by who may call it. */
export const createAuthHttp =
  (deps: AuthDeps): FastifyPluginAsync =>
  async (app) => {
    const { issuer, keySet } = deps;
    const callers = {
      issuer,
      keySet,
      verifyCredential: (question: Question) => verifyCredential(deps, question),
      // Whoever changes accounts and keys is looked up each time: what the bus says may come late or get lost.
      isEnded: async (claims: AccessTokenClaims) =>
        deps.isEnded(claims) || !(await isStanding(deps.db, claims.sid, deps.clock())),
    };
    await app.register(fastifyCookie);
    await app.register(accessTokenPlugin, callers);
    const authenticator = createAuthenticator(callers);
    const groups = [
      staffRoutes(deps),
      machineRoutes(deps),
      secondFactorRoutes(deps),
      auditRoutes(deps),
      oidcRoutes(deps),
    ];
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
        ...groups.flatMap((group) => group.public),
      ],
    });
    registerScope(app, {
      access: "account",
      authenticate: authenticator.account,
      routes: groups.flatMap((group) => group.account),
    });
    registerScope(app, {
      access: "workspace",
      authenticate: authenticator.workspace,
      routes: groups.flatMap((group) => group.workspace),
    });
  };

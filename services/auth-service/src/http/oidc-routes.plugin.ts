import type { AuthDeps } from "../deps.ts";
import { createFinishOidcSignInRoute } from "../oidc/finish-oidc-sign-in.route.ts";
import { createRemoveOidcLinkRoute } from "../oidc/remove-oidc-link.route.ts";
import { createStartOidcLinkRoute } from "../oidc/start-oidc-link.route.ts";
import { createStartOidcSignInRoute } from "../oidc/start-oidc-sign-in.route.ts";
import type { RouteGroup } from "./route-group.ts";

/** Signing in with the organisation's own provider. */
export const oidcRoutes = (deps: AuthDeps): RouteGroup => ({
  public: [createStartOidcSignInRoute(deps), createFinishOidcSignInRoute(deps)],
  account: [createStartOidcLinkRoute(deps), createRemoveOidcLinkRoute(deps)],
  workspace: [],
});

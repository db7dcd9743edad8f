import type { AuthDeps } from "../deps.ts";
import type { RouteGroup } from "./route-group.ts";

/** Signing in with the organisation's own OpenID provider. */
export const oidcRoutes = (_deps: AuthDeps): RouteGroup => ({
  public: [],
  account: [],
  workspace: [],
});

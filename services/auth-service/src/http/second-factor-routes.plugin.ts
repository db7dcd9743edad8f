import type { AuthDeps } from "../deps.ts";
import type { RouteGroup } from "./route-group.ts";

/** TOTP, recovery codes and passkeys. */
export const secondFactorRoutes = (_deps: AuthDeps): RouteGroup => ({
  public: [],
  account: [],
  workspace: [],
});

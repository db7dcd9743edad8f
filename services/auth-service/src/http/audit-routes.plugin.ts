import type { AuthDeps } from "../deps.ts";
import type { RouteGroup } from "./route-group.ts";

/** The audit log. */
export const auditRoutes = (_deps: AuthDeps): RouteGroup => ({
  public: [],
  account: [],
  workspace: [],
});

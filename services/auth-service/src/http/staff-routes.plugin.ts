import { createGetAccountRoute } from "../accounts/get-account.route.ts";
import type { AuthDeps } from "../deps.ts";
import { createGetWorkspaceRoute } from "../workspaces/get-workspace.route.ts";
import type { RouteGroup } from "./route-group.ts";

/** Customers, accounts, invitations, password resets, the own profile and sign-ins, the workspace. */
export const staffRoutes = (deps: AuthDeps): RouteGroup => ({
  public: [],
  account: [createGetAccountRoute(deps)],
  workspace: [createGetWorkspaceRoute(deps)],
});

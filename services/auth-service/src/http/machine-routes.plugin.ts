import { createCreateApiKeyRoute } from "../api-keys/create-api-key.route.ts";
import { createListApiKeysRoute } from "../api-keys/list-api-keys.route.ts";
import { createRevokeApiKeyRoute } from "../api-keys/revoke-api-key.route.ts";
import type { AuthDeps } from "../deps.ts";
import type { RouteGroup } from "./route-group.ts";

/** API keys, personal access tokens, action tokens, introspection. */
export const machineRoutes = (deps: AuthDeps): RouteGroup => ({
  public: [],
  account: [],
  workspace: [createListApiKeysRoute(deps), createCreateApiKeyRoute(deps), createRevokeApiKeyRoute(deps)],
});

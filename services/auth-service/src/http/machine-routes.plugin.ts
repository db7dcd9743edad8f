import { createCreateActionTokenRoute } from "../action-tokens/create-action-token.route.ts";
import { createCreateApiKeyRoute } from "../api-keys/create-api-key.route.ts";
import { createListApiKeysRoute } from "../api-keys/list-api-keys.route.ts";
import { createRevokeApiKeyRoute } from "../api-keys/revoke-api-key.route.ts";
import { createRotateApiKeyRoute } from "../api-keys/rotate-api-key.route.ts";
import type { AuthDeps } from "../deps.ts";
import { createIntrospectTokenRoute } from "../introspection/introspect-token.route.ts";
import { createCreatePersonalAccessTokenRoute } from "../personal-access-tokens/create-personal-access-token.route.ts";
import { createListPersonalAccessTokensRoute } from "../personal-access-tokens/list-personal-access-tokens.route.ts";
import { createRevokePersonalAccessTokenRoute } from "../personal-access-tokens/revoke-personal-access-token.route.ts";
import type { RouteGroup } from "./route-group.ts";

/** API keys, personal access tokens, action tokens, introspection. */
export const machineRoutes = (deps: AuthDeps): RouteGroup => ({
  public: [],
  account: [
    createListPersonalAccessTokensRoute(deps),
    createCreatePersonalAccessTokenRoute(deps),
    createRevokePersonalAccessTokenRoute(deps),
  ],
  workspace: [
    createListApiKeysRoute(deps),
    createCreateApiKeyRoute(deps),
    createRotateApiKeyRoute(deps),
    createRevokeApiKeyRoute(deps),
    createCreateActionTokenRoute(deps),
    createIntrospectTokenRoute(deps),
  ],
});

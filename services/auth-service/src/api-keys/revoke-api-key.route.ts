import { revokeApiKey as operation } from "@roundtrip/contracts/auth/revoke-api-key.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type RevokeApiKeyDeps, revokeApiKey } from "./revoke-api-key.ts";

export const createRevokeApiKeyRoute = (deps: RevokeApiKeyDeps): Route =>
  route(operation, async ({ params, caller, address, requestId }) => {
    await revokeApiKey(deps, {
      apiKeyId: params.api_key_id.toLowerCase(),
      customerId: caller.customerId,
      accountId: caller.actor.id,
      source: { address, requestId },
    });
    return { status: 204, body: null };
  });

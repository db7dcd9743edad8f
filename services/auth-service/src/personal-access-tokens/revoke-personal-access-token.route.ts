import { revokePersonalAccessToken as operation } from "@roundtrip/contracts/auth/revoke-personal-access-token.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type RevokePersonalAccessTokenDeps, revokePersonalAccessToken } from "./revoke-personal-access-token.ts";

export const createRevokePersonalAccessTokenRoute = (deps: RevokePersonalAccessTokenDeps): Route =>
  route(operation, async ({ params, caller, address, requestId }) => {
    await revokePersonalAccessToken(deps, {
      personalAccessTokenId: params.personal_access_token_id.toLowerCase(),
      accountId: caller.accountId,
      source: { address, requestId },
    });
    return { status: 204, body: null };
  });

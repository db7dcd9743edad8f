import { createPersonalAccessToken as operation } from "@roundtrip/contracts/auth/create-personal-access-token.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type CreatePersonalAccessTokenDeps, createPersonalAccessToken } from "./create-personal-access-token.ts";

export const createCreatePersonalAccessTokenRoute = (deps: CreatePersonalAccessTokenDeps): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    const { accountId, signInId } = caller;
    const source = { address, requestId };
    const created = await createPersonalAccessToken(deps, { ...body, accountId, signInId, source });
    return {
      status: 201,
      body: {
        personal_access_token_id: created.personalAccessTokenId,
        name: created.name,
        prefix: created.prefix,
        scopes: [...created.scopes],
        created_at: created.createdAt.toISOString(),
        expires_at: created.expiresAt.toISOString(),
        token: created.token,
      },
      headers: { "cache-control": "no-store" },
    };
  });

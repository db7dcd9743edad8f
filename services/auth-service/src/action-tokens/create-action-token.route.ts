import { createActionToken as operation } from "@roundtrip/contracts/auth/create-action-token.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type CreateActionTokenDeps, createActionToken } from "./create-action-token.ts";

export const createCreateActionTokenRoute = (deps: CreateActionTokenDeps): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    const maker = { caller, source: { address, requestId } };
    const { token, expiresAt } = await createActionToken(deps, body, maker);
    return {
      status: 201,
      body: { token, expires_at: expiresAt.toISOString() },
      headers: { "cache-control": "no-store" },
    };
  });

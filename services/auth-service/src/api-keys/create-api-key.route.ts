import { createApiKey as operation } from "@roundtrip/contracts/auth/create-api-key.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { createdKeyObject } from "./api-key-object.rules.ts";
import { type CreateApiKeyDeps, createApiKey } from "./create-api-key.ts";

export const createCreateApiKeyRoute = (deps: CreateApiKeyDeps): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    const created = await createApiKey(deps, {
      ...body,
      customerId: caller.customerId,
      accountId: caller.actor.id,
      signInId: caller.signInId,
      source: { address, requestId },
    });
    return { status: 201, body: createdKeyObject(created), headers: { "cache-control": "no-store" } };
  });

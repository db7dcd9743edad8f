import { rotateApiKey as operation } from "@roundtrip/contracts/auth/rotate-api-key.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { createdKeyObject } from "./api-key-object.rules.ts";
import { type RotateApiKeyDeps, rotateApiKey } from "./rotate-api-key.ts";

export const createRotateApiKeyRoute = (deps: RotateApiKeyDeps): Route =>
  route(operation, async ({ params, body, caller, address, requestId }) => {
    const created = await rotateApiKey(deps, {
      apiKeyId: params.api_key_id.toLowerCase(),
      overlapSeconds: body.overlap_seconds,
      customerId: caller.customerId,
      accountId: caller.actor.id,
      signInId: caller.signInId,
      source: { address, requestId },
    });
    return { status: 201, body: createdKeyObject(created), headers: { "cache-control": "no-store" } };
  });

import { createApiKey as operation } from "@roundtrip/contracts/auth/create-api-key.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type CreateApiKeyDeps, createApiKey } from "./create-api-key.ts";

export const createCreateApiKeyRoute = (deps: CreateApiKeyDeps): Route =>
  route(operation, async ({ body, caller }) => {
    const created = await createApiKey(deps, { ...body, customerId: caller.customerId, accountId: caller.actor.id });
    return {
      status: 201,
      body: {
        api_key_id: created.apiKeyId,
        name: created.name,
        environment: created.environment,
        prefix: created.prefix,
        scopes: [...created.scopes],
        created_at: created.createdAt.toISOString(),
        expires_at: created.expiresAt?.toISOString() ?? null,
        key: created.key,
      },
      headers: { "cache-control": "no-store" },
    };
  });

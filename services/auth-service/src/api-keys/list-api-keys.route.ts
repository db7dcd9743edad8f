import type { ApiKeyObject } from "@roundtrip/contracts/auth/api-key";
import { listApiKeys } from "@roundtrip/contracts/auth/list-api-keys.http";
import { cutPage, readPageRequest } from "@roundtrip/http-operation/page";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Prisma } from "../store/auth-db.ts";
import { listKeys } from "./api-key.store.ts";

export const createListApiKeysRoute = (deps: { readonly prisma: Prisma }): Route =>
  route(listApiKeys, async ({ query, caller }) => {
    const { size, after } = readPageRequest(query);
    const rows = await listKeys(deps.prisma, { customerId: caller.customerId, limit: size + 1, after });
    const page = cutPage(rows, size, (row) => row.apiKeyId);
    return { status: 200, body: { data: page.data.map(keyObject), next: page.next } };
  });

const keyObject = (row: Awaited<ReturnType<typeof listKeys>>[number]): ApiKeyObject => ({
  api_key_id: row.apiKeyId,
  name: row.name,
  // `workspaces__environment` allows no other words, and `create-api-key.ts` writes only scopes.
  environment: row.workspace.environment as ApiKeyObject["environment"],
  prefix: row.prefix,
  scopes: row.scopes as ApiKeyObject["scopes"],
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt?.toISOString() ?? null,
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
});

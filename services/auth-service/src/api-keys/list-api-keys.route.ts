import type { ApiKeyObject } from "@roundtrip/contracts/auth/api-key";
import { listApiKeys } from "@roundtrip/contracts/auth/list-api-keys.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { Prisma } from "../store/auth-db.ts";
import { parseCursor } from "./api-key.rules.ts";
import { listKeys } from "./api-key.store.ts";

export const createListApiKeysRoute = (deps: { readonly prisma: Prisma }): Route =>
  route(listApiKeys, async ({ query, caller }) => {
    const limit = Number(query.limit ?? "50");
    const after = query.after === undefined ? null : parseCursor(query.after);
    if (query.after !== undefined && after === null) {
      throw new Problem("invalid_request", {
        detail: [{ loc: ["query", "after"], msg: "is not a cursor of this list", type: "invalid_format" }],
      });
    }
    const rows = await listKeys(deps.prisma, { customerId: caller.customerId, limit: limit + 1, after });
    const data = rows.slice(0, limit).map(keyObject);
    const last = data.at(-1);
    return { status: 200, body: { data, next: rows.length > limit && last ? last.api_key_id : null } };
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

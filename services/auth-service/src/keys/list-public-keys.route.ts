import { listPublicKeys } from "@roundtrip/contracts/auth/list-public-keys.http";
import type { Sql } from "@roundtrip/database/database";
import { type Route, route } from "@roundtrip/http-operation/route";
import { listPublishedJwks } from "./list-public-keys.ts";

export const createListPublicKeysRoute = (deps: { readonly db: Sql }): Route =>
  route(listPublicKeys, async () => ({
    status: 200,
    body: { keys: await listPublishedJwks(deps.db) },
    headers: { "cache-control": "public, max-age=300" },
  }));

import { listPasskeys as operation } from "@roundtrip/contracts/auth/list-passkeys.http";
import type { Sql } from "@roundtrip/database/database";
import { type Route, route } from "@roundtrip/http-operation/route";
import { listPasskeys } from "./passkey.store.ts";

export const createListPasskeysRoute = (deps: { readonly db: Sql }): Route =>
  route(operation, async ({ caller }) => {
    const rows = await listPasskeys(deps.db, caller.accountId);
    const data = rows.map((row) => ({
      passkey_id: row.passkey_id,
      name: row.name,
      created_at: row.created_at.toISOString(),
      last_used_at: row.last_used_at?.toISOString() ?? null,
    }));
    return { status: 200, body: { data, next: null } };
  });

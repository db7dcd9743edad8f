import { listSignIns } from "@roundtrip/contracts/auth/list-sign-ins.http";
import type { Sql } from "@roundtrip/database/database";
import { cutPage, readPageRequest } from "@roundtrip/http-operation/page";
import { type Route, route } from "@roundtrip/http-operation/route";
import { listOwnSignIns } from "./own-account.store.ts";

export interface ListSignInsDeps {
  readonly db: Sql;
  readonly clock: () => Date;
}

export const createListSignInsRoute = (deps: ListSignInsDeps): Route =>
  route(listSignIns, async ({ query, caller }) => {
    const { after, size } = readPageRequest(query);
    const { accountId, signInId } = caller;
    const rows = await listOwnSignIns(deps.db, { accountId, now: deps.clock(), after, sizeMax: size + 1 });
    const page = cutPage(rows, size, (row) => row.sign_in_id);
    const data = page.data.map((row) => ({
      sign_in_id: row.sign_in_id,
      current: row.sign_in_id === signInId,
      flavour: row.flavour,
      user_agent: row.user_agent,
      address: row.ip_prefix,
      created_at: row.created_at.toISOString(),
      last_used_at: row.last_used_at.toISOString(),
      expires_at: row.expires_at.toISOString(),
    }));
    return { status: 200, body: { data, next: page.next } };
  });

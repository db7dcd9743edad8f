import { listAccounts } from "@roundtrip/contracts/auth/list-accounts.http";
import type { Sql } from "@roundtrip/database/database";
import { cutPage, readPageRequest } from "@roundtrip/http-operation/page";
import { type Route, route } from "@roundtrip/http-operation/route";
import { describeStaffMember } from "./describe-staff-member.ts";
import { listStaff } from "./staff.store.ts";

export const createListAccountsRoute = (deps: { readonly db: Sql }): Route =>
  route(listAccounts, async ({ query, caller }) => {
    const { after, size } = readPageRequest(query);
    const rows = await listStaff(deps.db, { customerId: caller.customerId, after, sizeMax: size + 1 });
    const { data, next } = cutPage(rows, size, (row) => row.account_id);
    return { status: 200, body: { data: data.map(describeStaffMember), next } };
  });

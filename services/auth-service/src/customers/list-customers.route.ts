import { listCustomers as operation } from "@roundtrip/contracts/auth/list-customers.http";
import type { Sql } from "@roundtrip/database/database";
import { cutPage, readPageRequest } from "@roundtrip/http-operation/page";
import { type Route, route } from "@roundtrip/http-operation/route";
import { listCustomers } from "./customer.store.ts";
import { describeCustomer } from "./describe-customer.ts";
import { refuseFormerOperator } from "./refuse-former-operator.ts";

export const createListCustomersRoute = (deps: { readonly db: Sql }): Route =>
  route(operation, async ({ query, caller }) => {
    const { after, size } = readPageRequest(query);
    await refuseFormerOperator(deps.db, caller.accountId);
    const rows = await listCustomers(deps.db, { after, sizeMax: size + 1 });
    const { data, next } = cutPage(rows, size, (row) => row.customer_id);
    return { status: 200, body: { data: data.map(describeCustomer), next } };
  });

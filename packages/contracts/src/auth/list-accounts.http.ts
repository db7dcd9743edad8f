import { Closed, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { StaffMember } from "./account.ts";

export const listAccounts = operation({
  id: "listAccounts",
  service: "auth",
  method: "GET",
  path: "/v2/accounts",
  summary: "The staff of the customer",
  access: { kind: "workspace", scope: null, role: "owner", callers: ["account"] },
  dialect: "v2",
  query: Closed({ ...PageQuery }),
  responses: { 200: Page(StaffMember) },
  problems: [],
});

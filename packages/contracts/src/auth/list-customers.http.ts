import { Closed, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { CustomerObject } from "./customer.ts";

export const listCustomers = operation({
  id: "listCustomers",
  service: "auth",
  method: "GET",
  path: "/v2/customers",
  summary: "Every customer of this installation",
  access: { kind: "account", operator: true },
  dialect: "v2",
  query: Closed({ ...PageQuery }),
  responses: { 200: Page(CustomerObject) },
  problems: [],
});

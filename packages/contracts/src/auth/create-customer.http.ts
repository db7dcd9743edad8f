import { Type } from "typebox";
import { Closed, Name } from "../formats.ts";
import { operation } from "../operation.ts";
import { Email } from "./account.ts";
import { CustomerObject } from "./customer.ts";

export const createCustomer = operation({
  id: "createCustomer",
  service: "auth",
  method: "POST",
  path: "/v2/customers",
  summary: "Make a customer with its live and dev workspaces",
  description: "`owner_email` is invited as its first owner.",
  access: { kind: "account", operator: true },
  dialect: "v2",
  body: Closed({ name: Name(256), owner_email: Type.Optional(Email) }),
  bodyLimitBytes: 16_384,
  responses: { 201: CustomerObject },
  problems: ["rate_limited"],
});

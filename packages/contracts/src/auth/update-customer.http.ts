import { Type } from "typebox";
import { Closed, Name, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { CustomerObject } from "./customer.ts";

export const updateCustomer = operation({
  id: "updateCustomer",
  service: "auth",
  method: "PATCH",
  path: "/v2/customers/:customer_id",
  summary: "Rename or suspend a customer",
  description: "Of a suspended customer nobody gets a token, and its keys stop working at once; nothing is deleted.",
  access: { kind: "account", operator: true },
  dialect: "v2",
  params: Closed({ customer_id: Uuid }),
  body: Closed({ name: Type.Optional(Name(256)), suspended: Type.Optional(Type.Boolean()) }),
  bodyLimitBytes: 16_384,
  responses: { 200: CustomerObject },
  problems: ["customer_not_found"],
});

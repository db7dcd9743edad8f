import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const removeAccount = operation({
  id: "removeAccount",
  service: "auth",
  method: "DELETE",
  path: "/v2/accounts/:account_id",
  summary: "Take a staff member out of the customer",
  description: "Every sign-in of the account ends.",
  access: { kind: "workspace", scope: null, role: "owner", callers: ["account"] },
  dialect: "v2",
  params: Closed({ account_id: Uuid }),
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["account_not_found", "last_owner"],
});

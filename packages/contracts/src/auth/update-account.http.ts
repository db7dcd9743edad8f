import { Type } from "typebox";
import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { RoleName, StaffMember } from "./account.ts";

export const updateAccount = operation({
  id: "updateAccount",
  service: "auth",
  method: "PATCH",
  path: "/v2/accounts/:account_id",
  summary: "Change a staff member's role",
  description:
    "`disabled: true` takes all rights in this customer and keeps the membership. Every sign-in of the account ends. One enabled owner always stays.",
  access: { kind: "workspace", scope: null, role: "owner", callers: ["account"] },
  dialect: "v2",
  params: Closed({ account_id: Uuid }),
  body: Closed({ role: Type.Optional(RoleName), disabled: Type.Optional(Type.Boolean()) }),
  bodyLimitBytes: 16_384,
  responses: { 200: StaffMember },
  problems: ["account_not_found", "last_owner"],
});

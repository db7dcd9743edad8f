import { Type } from "typebox";
import { Closed, Name } from "../formats.ts";
import { operation } from "../operation.ts";
import { Email, RoleName, StaffMember } from "./account.ts";

export const createAccount = operation({
  id: "createAccount",
  service: "auth",
  method: "POST",
  path: "/v2/accounts",
  summary: "Make an account for a staff member",
  description:
    "Without a password: the person gets a mail with a link to set one. An e-mail that has an account already is invited instead (`POST /v2/invitations`).",
  access: { kind: "workspace", scope: null, role: "owner", callers: ["account"] },
  dialect: "v2",
  body: Closed({ email: Email, name: Type.Optional(Name(256)), role: RoleName }),
  bodyLimitBytes: 16_384,
  responses: { 201: StaffMember },
  problems: ["account_exists", "rate_limited"],
});

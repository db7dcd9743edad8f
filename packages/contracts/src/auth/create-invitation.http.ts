import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { Email, RoleName } from "./account.ts";
import { InvitationObject } from "./invitation.ts";

export const createInvitation = operation({
  id: "createInvitation",
  service: "auth",
  method: "POST",
  path: "/v2/invitations",
  summary: "Invite somebody to the staff",
  description:
    "The link goes by mail, to that address only, and lasts 7 days. A new invitation of the same address replaces the open one.",
  access: { kind: "workspace", scope: null, role: "owner", callers: ["account"] },
  dialect: "v2",
  body: Closed({ email: Email, role: RoleName }),
  bodyLimitBytes: 16_384,
  responses: { 201: InvitationObject },
  problems: ["account_exists", "rate_limited"],
});

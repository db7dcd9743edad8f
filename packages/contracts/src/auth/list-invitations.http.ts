import { Closed, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { InvitationObject } from "./invitation.ts";

export const listInvitations = operation({
  id: "listInvitations",
  service: "auth",
  method: "GET",
  path: "/v2/invitations",
  summary: "Open invitations",
  access: { kind: "workspace", scope: null, role: "owner", callers: ["account"] },
  dialect: "v2",
  query: Closed({ ...PageQuery }),
  responses: { 200: Page(InvitationObject) },
  problems: [],
});

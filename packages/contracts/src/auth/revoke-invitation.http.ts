import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const revokeInvitation = operation({
  id: "revokeInvitation",
  service: "auth",
  method: "DELETE",
  path: "/v2/invitations/:invitation_id",
  summary: "Take an invitation back",
  access: { kind: "workspace", scope: null, role: "owner", callers: ["account"] },
  dialect: "v2",
  params: Closed({ invitation_id: Uuid }),
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["invitation_not_found"],
});

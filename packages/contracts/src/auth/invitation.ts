import { type Static, Type } from "typebox";
import { Closed, Instant, Uuid } from "../formats.ts";
import { RoleName } from "./account.ts";

export const InvitationObject = Closed({
  invitation_id: Uuid,
  email: Type.String(),
  role: RoleName,
  created_at: Instant,
  expires_at: Instant,
});
export type InvitationObject = Static<typeof InvitationObject>;

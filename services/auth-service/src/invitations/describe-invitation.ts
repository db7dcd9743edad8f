import type { InvitationObject } from "@roundtrip/contracts/auth/invitation";
import type { InvitationRow } from "./invitation.store.ts";

export const describeInvitation = (row: InvitationRow): InvitationObject => ({
  invitation_id: row.invitation_id,
  email: row.email,
  role: row.role,
  created_at: row.created_at.toISOString(),
  expires_at: row.expires_at.toISOString(),
});

import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { lockStaff } from "../customers/lock-staff.ts";
import { revokeInvitationRow } from "./invitation.store.ts";

export interface RevokeInvitationDeps {
  readonly db: Database;
  readonly clock: () => Date;
}

export interface RevokeInvitation {
  readonly invitationId: string;
  readonly customerId: string;
  readonly ownerId: string;
  readonly source: AuditSource;
}

/** Throws `invitation_not_found` for one that is unknown, another customer's, accepted, taken back or expired. */
export const revokeInvitation = (deps: RevokeInvitationDeps, command: RevokeInvitation): Promise<void> =>
  deps.db.transaction(async (tx) => {
    const { invitationId, customerId, ownerId, source } = command;
    await lockStaff(tx, { customerId, accountId: ownerId });
    const now = deps.clock();
    if (!(await revokeInvitationRow(tx, { invitationId, customerId, now }))) throw new Problem("invitation_not_found");
    const actor = { kind: "account", id: ownerId } as const;
    const target = { kind: "invitation", id: invitationId };
    await recordAudit(tx, { action: "invitation.revoked", actor, customerId, target, source }, now);
  });

import { nudges } from "@roundtrip/contracts/subjects";
import { Problem } from "@roundtrip/http-problem/problem";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { lockStaff } from "../customers/lock-staff.ts";
import { revokeSignInsOfAccount } from "../sign-ins/sign-in.store.ts";
import { deleteMembership, hasEnabledOwner } from "./staff.store.ts";
import type { StaffDeps } from "./update-account.ts";

export interface RemoveAccount {
  readonly customerId: string;
  readonly ownerId: string;
  readonly accountId: string;
  readonly source: AuditSource;
}

/**
 * Ends the membership. The account stays: it may have others, and the audit log names it. Without any it cannot sign in.
 * Throws `account_not_found`, `last_owner`.
 */
export const removeAccount = (deps: StaffDeps, command: RemoveAccount): Promise<void> =>
  deps.db.transaction(async (tx) => {
    const { customerId, ownerId, accountId, source } = command;
    await lockStaff(tx, { customerId, accountId: ownerId });
    if (!(await deleteMembership(tx, { customerId, accountId }))) throw new Problem("account_not_found");
    if (!(await hasEnabledOwner(tx, customerId))) throw new Problem("last_owner");
    await revokeSignInsOfAccount(tx, accountId, { reason: "removed", except: null });
    const actor = { kind: "account", id: ownerId } as const;
    const target = { kind: "account", id: accountId };
    await recordAudit(tx, { action: "account.removed", actor, customerId, target, source }, deps.clock());
    tx.afterCommit(() => deps.bus.announce(nudges.credentialsChanged, accountId));
  });

import type { Role } from "@roundtrip/contracts/scope";
import { nudges } from "@roundtrip/contracts/subjects";
import type { Database, Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { lockStaff } from "../customers/lock-staff.ts";
import { revokeSignInsOfAccount } from "../sign-ins/sign-in.store.ts";
import {
  findMembership,
  findStaffMember,
  hasEnabledOwner,
  type MembershipRow,
  type StaffRow,
  updateMembership,
} from "./staff.store.ts";

export interface StaffDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

export interface UpdateAccount {
  readonly customerId: string;
  readonly ownerId: string;
  readonly accountId: string;
  readonly role?: Role;
  readonly disabled?: boolean;
  readonly source: AuditSource;
}

/**
 * What takes or changes rights ends every sign-in of the account in the same transaction, so that no token is made from
 * what was. Throws `account_not_found` for who is not of this customer's staff, `last_owner`.
 */
export const updateAccount = (deps: StaffDeps, command: UpdateAccount): Promise<StaffRow> =>
  deps.db.transaction(async (tx) => {
    const { customerId, ownerId, accountId } = command;
    await lockStaff(tx, { customerId, accountId: ownerId });
    const before = await findMembership(tx, { customerId, accountId });
    if (!before) throw new Problem("account_not_found");
    const change = decideChange(before, command, deps.clock());
    if (change) await applyChange(deps, tx, { command, before, change });
    const after = await findStaffMember(tx, { customerId, accountId });
    if (!after) throw new Error("a member whose customer is locked is gone");
    return after;
  });

interface Change {
  readonly role: Role;
  readonly disabledAt: Date | null;
  /** Why sign-ins end. */
  readonly reason: "disabled" | "role_changed";
}

/** Null when all is as wanted already. */
const decideChange = (before: MembershipRow, wanted: UpdateAccount, now: Date): Change | null => {
  const wasDisabled = before.disabled_at !== null;
  const disabled = wanted.disabled ?? wasDisabled;
  const role = wanted.role ?? before.role;
  const disabledAt = disabled ? (before.disabled_at ?? now) : null;
  if (disabled !== wasDisabled) return { role, disabledAt, reason: disabled ? "disabled" : "role_changed" };
  return role === before.role ? null : { role, disabledAt, reason: "role_changed" };
};

interface Update {
  readonly command: UpdateAccount;
  readonly before: MembershipRow;
  readonly change: Change;
}

const applyChange = async (deps: StaffDeps, tx: Tx, { command, before, change }: Update): Promise<void> => {
  const { customerId, ownerId, accountId, source } = command;
  const { role, disabledAt, reason } = change;
  await updateMembership(tx, { customerId, accountId, role, disabledAt });
  if (!(await hasEnabledOwner(tx, customerId))) throw new Problem("last_owner");
  await revokeSignInsOfAccount(tx, accountId, { reason, except: null });
  const actor = { kind: "account", id: ownerId } as const;
  const target = { kind: "account", id: accountId };
  const detail = { role_before: before.role, role, disabled: disabledAt !== null };
  await recordAudit(tx, { action: "account.updated", actor, customerId, target, source, detail }, deps.clock());
  tx.afterCommit(() => deps.bus.announce(nudges.credentialsChanged, accountId));
};

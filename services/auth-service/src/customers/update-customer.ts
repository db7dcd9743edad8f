import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { announceEnded } from "../sign-ins/announce-ended.ts";
import { type CustomerRow, findCustomerForUpdate, updateCustomerRow } from "./customer.store.ts";
import { refuseFormerOperator } from "./refuse-former-operator.ts";

export interface UpdateCustomerDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

export interface UpdateCustomer {
  readonly operatorId: string;
  readonly customerId: string;
  readonly name?: string;
  readonly suspended?: boolean;
  readonly source: AuditSource;
}

/**
 * Suspending is announced: caches of its keys and tokens drop them at once. Staff signed in there get no token any more at
 * their next refresh. Throws `customer_not_found`.
 */
export const updateCustomer = (deps: UpdateCustomerDeps, command: UpdateCustomer): Promise<CustomerRow> =>
  deps.db.transaction(async (tx) => {
    const { customerId, operatorId, source } = command;
    await refuseFormerOperator(tx, operatorId);
    const before = await findCustomerForUpdate(tx, customerId);
    if (!before) throw new Problem("customer_not_found");
    const now = deps.clock();
    const suspended = command.suspended ?? before.suspended_at !== null;
    const after = {
      ...before,
      name: command.name ?? before.name,
      suspended_at: suspended ? (before.suspended_at ?? now) : null,
    };
    await updateCustomerRow(tx, after);
    const detail = { renamed: after.name !== before.name, suspended };
    const target = { kind: "customer", id: customerId };
    const actor = { kind: "account", id: operatorId } as const;
    await recordAudit(tx, { action: "customer.updated", actor, customerId, target, source, detail }, now);
    // The workspaces for their respondents' tokens, which do not know the customer. A new name ends nobody's.
    const ids = suspended === (before.suspended_at !== null) ? [] : [customerId, before.live, before.dev];
    announceEnded(tx, deps.bus, ids);
    return after;
  });

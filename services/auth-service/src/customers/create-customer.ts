import type { Database } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import { readEmail } from "../accounts/read-email.ts";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { type InviteDeps, insertInvitation } from "../invitations/insert-invitation.ts";
import { limitMails } from "../mails/limit-mails.ts";
import { type CustomerRow, insertCustomer } from "./customer.store.ts";
import { refuseFormerOperator } from "./refuse-former-operator.ts";

export interface CreateCustomerDeps extends InviteDeps {
  readonly db: Database;
}

export interface CreateCustomer {
  readonly operatorId: string;
  readonly name: string;
  /** Invited as the first owner. */
  readonly owner_email?: string;
  readonly source: AuditSource;
}

/** The customer, its two workspaces and the invitation of its first owner: all of it or nothing. */
export const createCustomer = async (deps: CreateCustomerDeps, command: CreateCustomer): Promise<CustomerRow> => {
  const owner = command.owner_email === undefined ? null : readEmail(command.owner_email, "owner_email");
  const now = deps.clock();
  const customer = { customerId: uuidv7(), name: command.name, live: uuidv7(), dev: uuidv7(), now };
  await deps.db.transaction(async (tx) => {
    await refuseFormerOperator(tx, command.operatorId);
    await insertCustomer(tx, customer);
    const actor = { kind: "account", id: command.operatorId } as const;
    const { customerId } = customer;
    await recordAudit(
      tx,
      {
        action: "customer.created",
        actor,
        customerId,
        target: { kind: "customer", id: customerId },
        source: command.source,
      },
      now,
    );
    if (!owner) return;
    await limitMails({ ...deps, db: tx }, { senderId: command.operatorId, recipient: owner });
    await insertInvitation(deps, tx, {
      customerId,
      customerName: command.name,
      email: owner,
      role: "owner",
      invitedBy: null,
      actorId: command.operatorId,
      source: command.source,
    });
  });
  return {
    customer_id: customer.customerId,
    name: customer.name,
    live: customer.live,
    dev: customer.dev,
    suspended_at: null,
    created_at: now,
  };
};

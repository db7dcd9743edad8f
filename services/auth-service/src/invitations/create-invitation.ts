import type { Role } from "@roundtrip/contracts/scope";
import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { readEmail } from "../accounts/read-email.ts";
import { findMemberByEmail } from "../accounts/staff.store.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { getCustomerName } from "../customers/customer.store.ts";
import { lockStaff } from "../customers/lock-staff.ts";
import { limitMails } from "../mails/limit-mails.ts";
import { invitationAttemptLimit } from "../throttling/limit-policies.rules.ts";
import { limitRequests } from "../throttling/limit-requests.ts";
import { type InviteDeps, insertInvitation } from "./insert-invitation.ts";
import type { InvitationRow } from "./invitation.store.ts";

export interface CreateInvitationDeps extends InviteDeps {
  readonly db: Database;
}

export interface CreateInvitation {
  readonly customerId: string;
  readonly ownerId: string;
  readonly email: string;
  readonly role: Role;
  readonly source: AuditSource;
}

/** Throws `account_exists` for a member of the customer, `rate_limited` after too many attempts or too many mails. */
export const createInvitation = async (
  deps: CreateInvitationDeps,
  command: CreateInvitation,
): Promise<InvitationRow> => {
  const email = readEmail(command.email, "email");
  const { customerId, ownerId, role, source } = command;
  await limitRequests(deps, invitationAttemptLimit, customerId);
  return deps.db.transaction(async (tx) => {
    await lockStaff(tx, { customerId, accountId: ownerId });
    if (await findMemberByEmail(tx, customerId, email.key)) {
      throw new Problem("account_exists", { detail: "This e-mail is one of the customer's staff already" });
    }
    await limitMails({ ...deps, db: tx }, { senderId: customerId, recipient: email });
    const customerName = await getCustomerName(tx, customerId);
    return insertInvitation(deps, tx, {
      customerId,
      customerName,
      email,
      role,
      invitedBy: ownerId,
      actorId: ownerId,
      source,
    });
  });
};

import type { Role } from "@roundtrip/contracts/scope";
import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { getCustomerName } from "../customers/customer.store.ts";
import { lockStaff } from "../customers/lock-staff.ts";
import { revokeOpenInvitations } from "../invitations/invitation.store.ts";
import { limitMails } from "../mails/limit-mails.ts";
import { queueMail } from "../mails/queue-mail.ts";
import { insertResetLink } from "../password-resets/insert-reset-link.ts";
import { accountAttemptLimit } from "../throttling/limit-policies.rules.ts";
import { type LimitDeps, limitRequests } from "../throttling/limit-requests.ts";
import { readEmail } from "./read-email.ts";
import { insertAccount, insertMembership, type StaffRow } from "./staff.store.ts";

export interface CreateAccountDeps extends LimitDeps {
  readonly db: Database;
  /** The public URL, without a trailing slash. */
  readonly issuer: string;
}

export interface CreateAccount {
  readonly customerId: string;
  readonly ownerId: string;
  readonly email: string;
  readonly name?: string;
  readonly role: Role;
  readonly source: AuditSource;
}

/** 7 days, as for an invitation: the mail may lie unread over a holiday. */
const firstPasswordLifeMs = 7 * 86_400_000;

/**
 * An account without a password, a membership, and a mail with the link to set one. Only for an e-mail that nobody has yet:
 * whoever has an account decides about another membership (`accept-invitation.ts`). An attempt is counted before anything is looked up and outside
 * of the transaction, so that a refusal does not give it back. Throws `account_exists`, `rate_limited`.
 */
export const createAccount = async (deps: CreateAccountDeps, command: CreateAccount): Promise<StaffRow> => {
  const email = readEmail(command.email, "email");
  const { customerId, ownerId, role, source } = command;
  await limitRequests(deps, accountAttemptLimit, customerId);
  return deps.db.transaction(async (tx) => {
    await lockStaff(tx, { customerId, accountId: ownerId });
    const now = deps.clock();
    const name = command.name ?? null;
    const account = { accountId: uuidv7(), email, name, passwordHash: null, passwordShort: false, now };
    const accountId = await insertAccount(tx, account);
    if (accountId === null) throw new Problem("account_exists");
    await limitMails({ ...deps, db: tx }, { senderId: customerId, recipient: email });
    await insertMembership(tx, { accountId, customerId, role, now });
    // A link that is still on its way would offer what the person has now.
    await revokeOpenInvitations(tx, { customerId, emailKey: email.key, now });
    const expiresAt = new Date(now.getTime() + firstPasswordLifeMs);
    const link = await insertResetLink(deps, tx, { accountId, expiresAt });
    const customerName = await getCustomerName(tx, customerId);
    const mail = { template: "account_created", to: email.address, values: { customerName, link }, expiresAt } as const;
    await queueMail(deps, tx, mail);
    const actor = { kind: "account", id: ownerId } as const;
    const target = { kind: "account", id: accountId };
    await recordAudit(tx, { action: "account.created", actor, customerId, target, source, detail: { role } }, now);
    return {
      account_id: accountId,
      email: email.address,
      name,
      role,
      disabled_at: null,
      second_factor: false,
      joined_at: now,
      last_sign_in_at: null,
    };
  });
};

import type { Role } from "@roundtrip/contracts/scope";
import type { Database, Tx } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { checkNewPassword } from "../accounts/check-new-password.ts";
import { isShortPassword } from "../accounts/password-policy.rules.ts";
import { insertAccount, insertMembership } from "../accounts/staff.store.ts";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { lockCustomer } from "../customers/customer.store.ts";
import { findInvitationByLink, type LinkedInvitation, spendInvitation } from "./invitation.store.ts";

export interface AcceptInvitationDeps {
  readonly keyring: Keyring;
  readonly clock: () => Date;
  readonly db: Database;
  readonly hasher: PasswordHasher;
}

export interface AcceptInvitation {
  /** Of the link. */
  readonly secret: string;
  readonly password?: string;
  readonly name?: string;
  readonly source: AuditSource;
}

export interface AcceptedInvitation {
  readonly email: string;
  readonly customerName: string;
  readonly role: Role;
}

/**
 * Whoever has the link has the mailbox. Somebody without an account gets one with the password given here; an account that
 * is there gains the role, and its password, name and second factor stay untouched. Nobody is signed in by it.
 * Throws `link_not_found`, `password_refused`, `invalid_request` without a needed password.
 */
export const acceptInvitation = async (
  deps: AcceptInvitationDeps,
  command: AcceptInvitation,
): Promise<AcceptedInvitation> => {
  const digests = deps.keyring.digests(command.secret);
  const invitation = await findInvitationByLink(deps.db, digests, deps.clock());
  if (!invitation) throw new Problem("link_not_found");
  const account = invitation.account_id === null ? await prepareAccount(deps, invitation, command) : null;
  await deps.db.transaction((tx) => accept(deps, tx, { invitation, account, source: command.source }));
  return { email: invitation.email, customerName: invitation.customer_name, role: invitation.role };
};

interface PreparedAccount {
  readonly name: string | null;
  readonly passwordHash: string;
  readonly passwordShort: boolean;
}

/** Hashing takes 50 ms and must not hold the transaction's locks. */
const prepareAccount = async (
  deps: AcceptInvitationDeps,
  invitation: LinkedInvitation,
  { password, name }: AcceptInvitation,
): Promise<PreparedAccount> => {
  if (password === undefined) {
    throw new Problem("invalid_request", {
      detail: [{ loc: ["body", "password"], msg: "is needed for a new account", type: "missing" }],
    });
  }
  const contextWords = [invitation.email, invitation.customer_name, ...(name === undefined ? [] : [name])];
  checkNewPassword(password, { hasSecondFactor: false, contextWords });
  const passwordHash = await deps.hasher.hash(password);
  return { name: name ?? null, passwordHash, passwordShort: isShortPassword(password) };
};

interface Acceptance {
  readonly invitation: LinkedInvitation;
  readonly account: PreparedAccount | null;
  readonly source: AuditSource;
}

const accept = async (deps: AcceptInvitationDeps, tx: Tx, { invitation, account, source }: Acceptance) => {
  const now = deps.clock();
  const { invitation_id: invitationId, customer_id: customerId, role } = invitation;
  const isOpen = (await lockCustomer(tx, customerId)) && (await spendInvitation(tx, invitationId, now));
  if (!isOpen) throw new Problem("link_not_found");
  const accountId = account
    ? await insertAccount(tx, {
        ...account,
        accountId: uuidv7(),
        email: { address: invitation.email, key: invitation.email_key },
        now,
      })
    : invitation.account_id;
  // The e-mail got an account, or the account its membership, since the link was looked up: its owner looks once more.
  if (accountId === null) throw new Problem("link_not_found");
  if (!(await insertMembership(tx, { accountId, customerId, role, now }))) throw new Problem("link_not_found");
  const target = { kind: "invitation", id: invitationId };
  const detail = { role, new_account: account !== null };
  const actor = { kind: "account", id: accountId } as const;
  await recordAudit(tx, { action: "invitation.accepted", actor, customerId, target, source, detail }, now);
};

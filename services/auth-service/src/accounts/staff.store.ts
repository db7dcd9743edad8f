import type { Role } from "@roundtrip/contracts/scope";
import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { Email } from "./email.rules.ts";

export interface StaffRow {
  readonly account_id: string;
  readonly email: string;
  readonly name: string | null;
  /** `memberships__role` allows no other words. */
  readonly role: Role;
  readonly disabled_at: Date | null;
  readonly second_factor: boolean;
  readonly joined_at: Date;
  readonly last_sign_in_at: Date | null;
}

const columns = `m.account_id, a.email, a.name, m.role, coalesce(m.disabled_at, a.disabled_at) AS disabled_at,
  a.totp_confirmed_at IS NOT NULL AS second_factor, m.created_at AS joined_at,
  (SELECT max(s.created_at) FROM sign_ins s WHERE s.account_id = m.account_id) AS last_sign_in_at`;

const listStatement = statement<StaffRow>(
  "staff-list",
  `SELECT ${columns} FROM memberships m JOIN accounts a USING (account_id)
   WHERE m.customer_id = $1 AND ($2::uuid IS NULL OR m.account_id > $2) ORDER BY m.account_id LIMIT $3`,
);

export interface StaffPage {
  readonly customerId: string;
  readonly after: string | null;
  readonly sizeMax: number;
}

export const listStaff = (sql: Sql, page: StaffPage): Promise<StaffRow[]> =>
  sql.query(listStatement, [page.customerId, page.after, page.sizeMax]);

export interface Member {
  readonly customerId: string;
  readonly accountId: string;
}

const findStatement = statement<StaffRow>(
  "staff-find",
  `SELECT ${columns} FROM memberships m JOIN accounts a USING (account_id) WHERE m.customer_id = $1 AND m.account_id = $2`,
);

export const findStaffMember = async (sql: Sql, member: Member): Promise<StaffRow | null> =>
  (await sql.query(findStatement, [member.customerId, member.accountId]))[0] ?? null;

/** `disabled_at` is the membership's own. */
export type MembershipRow = Pick<StaffRow, "role" | "disabled_at">;

const findMembershipStatement = statement<MembershipRow>(
  "staff-find-membership",
  "SELECT role, disabled_at FROM memberships WHERE customer_id = $1 AND account_id = $2",
);

export const findMembership = async (tx: Tx, member: Member): Promise<MembershipRow | null> =>
  (await tx.query(findMembershipStatement, [member.customerId, member.accountId]))[0] ?? null;

const findByEmailStatement = statement<{ account_id: string }>(
  "staff-find-by-email",
  `SELECT account_id FROM memberships m JOIN accounts a USING (account_id)
   WHERE m.customer_id = $1 AND a.email_key = $2`,
);

export const findMemberByEmail = async (sql: Sql, customerId: string, emailKey: string): Promise<string | null> =>
  (await sql.query(findByEmailStatement, [customerId, emailKey]))[0]?.account_id ?? null;

export interface NewAccount {
  readonly accountId: string;
  readonly email: Email;
  readonly name: string | null;
  /** Null until the person sets one. */
  readonly passwordHash: string | null;
  readonly passwordShort: boolean;
  readonly now: Date;
}

const insertAccountStatement = statement<{ account_id: string }>(
  "staff-insert-account",
  `INSERT INTO accounts (account_id, email, email_key, name, password_hash, password_short, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email_key) DO NOTHING RETURNING account_id`,
);

/** Null when the e-mail has an account already, in whatever spelling. */
export const insertAccount = async (tx: Tx, account: NewAccount): Promise<string | null> => {
  const [row] = await tx.query(insertAccountStatement, [
    account.accountId,
    account.email.address,
    account.email.key,
    account.name,
    account.passwordHash,
    account.passwordShort,
    account.now,
  ]);
  return row?.account_id ?? null;
};

export interface NewMembership extends Member {
  readonly role: Role;
  readonly now: Date;
}

const insertMembershipStatement = statement<{ account_id: string }>(
  "staff-insert-membership",
  `INSERT INTO memberships (account_id, customer_id, role, created_at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (account_id, customer_id) DO NOTHING RETURNING account_id`,
);

/** False when the account is a member already; its role stays. */
export const insertMembership = async (tx: Tx, member: NewMembership): Promise<boolean> =>
  (await tx.query(insertMembershipStatement, [member.accountId, member.customerId, member.role, member.now])).length >
  0;

const updateStatement = statement(
  "staff-update",
  "UPDATE memberships SET role = $3, disabled_at = $4 WHERE customer_id = $1 AND account_id = $2",
);

export const updateMembership = async (
  tx: Tx,
  member: Member & { readonly role: Role; readonly disabledAt: Date | null },
): Promise<void> => {
  await tx.query(updateStatement, [member.customerId, member.accountId, member.role, member.disabledAt]);
};

const deleteStatement = statement(
  "staff-delete",
  "DELETE FROM memberships WHERE customer_id = $1 AND account_id = $2 RETURNING account_id",
);

/** False when there is no such member. */
export const deleteMembership = async (tx: Tx, member: Member): Promise<boolean> =>
  (await tx.query(deleteStatement, [member.customerId, member.accountId])).length > 0;

const ownersStatement = statement(
  "staff-enabled-owners",
  `SELECT 1 FROM memberships m JOIN accounts a USING (account_id)
   WHERE m.customer_id = $1 AND m.role = 'owner' AND m.disabled_at IS NULL AND a.disabled_at IS NULL LIMIT 1`,
);

/** Whether somebody can still manage the customer's staff. Hold the customer's row (`lock-staff.ts`). */
export const hasEnabledOwner = async (tx: Tx, customerId: string): Promise<boolean> =>
  (await tx.query(ownersStatement, [customerId])).length > 0;

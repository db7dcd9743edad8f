import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { PasswordUse } from "./password-policy.rules.ts";

const nameStatement = statement<{ account_id: string }>(
  "own-account-name",
  "UPDATE accounts SET name = $2 WHERE account_id = $1 AND disabled_at IS NULL RETURNING account_id",
);

/** False when the account is gone or disabled. */
export const updateOwnName = async (tx: Tx, accountId: string, name: string | null): Promise<boolean> =>
  (await tx.query(nameStatement, [accountId, name])).length > 0;

export interface OwnAccount {
  readonly email: string;
  readonly email_key: string;
  readonly name: string | null;
  readonly password_hash: string | null;
  readonly second_factor: boolean;
  /** Of the customer that it joined first; null without any. */
  readonly customer_name: string | null;
}

const findStatement = statement<OwnAccount>(
  "own-account-find",
  `SELECT a.email, a.email_key, a.name, a.password_hash, a.totp_confirmed_at IS NOT NULL AS second_factor,
     (SELECT c.name FROM memberships m JOIN customers c USING (customer_id) WHERE m.account_id = a.account_id
      ORDER BY m.created_at, m.customer_id LIMIT 1) AS customer_name
   FROM accounts a WHERE a.account_id = $1 AND a.disabled_at IS NULL`,
);

/** What the policy for its password needs to know. Null when it is gone or disabled. */
export const findOwnAccount = async (sql: Sql, accountId: string): Promise<OwnAccount | null> =>
  (await sql.query(findStatement, [accountId]))[0] ?? null;

/** What an attacker would try first, and whether something stands beside the password. */
export const passwordUse = (account: Omit<OwnAccount, "email_key" | "password_hash">): PasswordUse => ({
  hasSecondFactor: account.second_factor,
  contextWords: [account.email, account.name, account.customer_name].filter((word) => word !== null),
});

export interface NewPassword {
  readonly accountId: string;
  readonly hash: string;
  /** Needs a second factor beside it. */
  readonly isShort: boolean;
}

const changeStatement = statement<{ account_id: string }>(
  "own-account-change-password",
  `UPDATE accounts SET password_hash = $2, password_short = $3
   WHERE account_id = $1 AND disabled_at IS NULL AND password_hash = $4 AND (NOT $3 OR totp_confirmed_at IS NOT NULL)
   RETURNING account_id`,
);

/** False when the password is no longer `from`, or a short one lost its second factor meanwhile. */
export const changePasswordFrom = async (tx: Tx, password: NewPassword, from: string): Promise<boolean> =>
  (await tx.query(changeStatement, [password.accountId, password.hash, password.isShort, from])).length > 0;

const setStatement = statement<{ account_id: string }>(
  "own-account-set-password",
  `UPDATE accounts SET password_hash = $2, password_short = $3
   WHERE account_id = $1 AND disabled_at IS NULL AND (NOT $3 OR totp_confirmed_at IS NOT NULL) RETURNING account_id`,
);

/** Whatever it was before. False as above. */
export const setPassword = async (tx: Tx, password: NewPassword): Promise<boolean> =>
  (await tx.query(setStatement, [password.accountId, password.hash, password.isShort])).length > 0;

export interface OwnSignInRow {
  readonly sign_in_id: string;
  readonly flavour: "header" | "cookie";
  readonly user_agent: string | null;
  readonly ip_prefix: string | null;
  readonly created_at: Date;
  readonly last_used_at: Date;
  readonly expires_at: Date;
}

const signInsStatement = statement<OwnSignInRow>(
  "own-account-sign-ins",
  `SELECT sign_in_id, flavour, user_agent, ip_prefix, created_at, last_used_at,
     least(idle_expires_at, absolute_expires_at) AS expires_at
   FROM sign_ins WHERE account_id = $1 AND revoked_at IS NULL AND idle_expires_at > $2 AND absolute_expires_at > $2
     AND ($3::uuid IS NULL OR sign_in_id < $3)
   ORDER BY sign_in_id DESC LIMIT $4`,
);

export interface OwnSignInPage {
  readonly accountId: string;
  readonly now: Date;
  readonly after: string | null;
  readonly sizeMax: number;
}

/** Live ones, newest first. */
export const listOwnSignIns = (sql: Sql, page: OwnSignInPage): Promise<OwnSignInRow[]> =>
  sql.query(signInsStatement, [page.accountId, page.now, page.after, page.sizeMax]);

const endStatement = statement<{ sign_in_id: string }>(
  "own-account-end-sign-in",
  `UPDATE sign_ins SET revoked_at = $3, revoked_reason = 'ended_remotely'
   WHERE sign_in_id = $1 AND account_id = $2 AND revoked_at IS NULL AND idle_expires_at > $3 AND absolute_expires_at > $3
   RETURNING sign_in_id`,
);

/** False when the account has no such live sign-in. */
export const endOwnSignIn = async (
  tx: Tx,
  signIn: { readonly signInId: string; readonly accountId: string; readonly now: Date },
): Promise<boolean> => (await tx.query(endStatement, [signIn.signInId, signIn.accountId, signIn.now])).length > 0;

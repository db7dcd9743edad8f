import { type Sql, statement, type Tx } from "@roundtrip/database/database";

export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

export interface LinkedAccount {
  readonly account_id: string;
  /** Those that the account may act in. */
  readonly customer_ids: readonly string[];
}

const customersOf = (accountId: string): string =>
  `ARRAY(SELECT t.customer_id::text FROM memberships t JOIN customers c USING (customer_id)
     WHERE t.account_id = ${accountId} AND t.disabled_at IS NULL AND c.suspended_at IS NULL) AS customer_ids`;

const findStatement = statement<LinkedAccount>(
  "account-identities-find",
  `SELECT i.account_id, ${customersOf("i.account_id")} FROM account_identities i WHERE i.issuer = $1 AND i.subject = $2`,
);

export const findLinkedAccount = async (sql: Sql, { issuer, subject }: Identity): Promise<LinkedAccount | null> =>
  (await sql.query(findStatement, [issuer, subject]))[0] ?? null;

interface LockedAccount extends LinkedAccount {
  readonly has_password: boolean;
  readonly has_passkey: boolean;
}

const lockStatement = statement<LockedAccount>(
  "account-identities-lock-account",
  `SELECT a.account_id, a.password_hash IS NOT NULL AS has_password,
     EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.account_id) AS has_passkey, ${customersOf("a.account_id")}
   FROM accounts a WHERE a.account_id = $1 AND a.disabled_at IS NULL FOR UPDATE OF a`,
);

/** Whoever holds the row decides about the account's identities. Null when the account is gone or disabled. */
export const lockAccount = async (tx: Tx, accountId: string): Promise<LockedAccount | null> =>
  (await tx.query(lockStatement, [accountId]))[0] ?? null;

const signInStatement = statement<{ sign_in_id: string }>(
  "account-identities-sign-in",
  "SELECT sign_in_id FROM sign_ins WHERE sign_in_id = $1 AND account_id = $2 AND revoked_at IS NULL FOR SHARE",
);

/** False once the sign-in was ended, for example by a new password. */
export const isSignedIn = async (tx: Tx, signInId: string, accountId: string): Promise<boolean> =>
  (await tx.query(signInStatement, [signInId, accountId])).length > 0;

const listStatement = statement<Identity>(
  "account-identities-list",
  "SELECT issuer, subject FROM account_identities WHERE account_id = $1",
);

export const listIdentities = (sql: Sql, accountId: string): Promise<Identity[]> =>
  sql.query(listStatement, [accountId]);

const insertStatement = statement<{ account_id: string }>(
  "account-identities-insert",
  `INSERT INTO account_identities (issuer, subject, account_id, created_at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (issuer, subject) DO NOTHING RETURNING account_id`,
);

/** False when the identity is linked already, whoever with. */
export const insertIdentity = async (
  tx: Tx,
  { issuer, subject }: Identity,
  { accountId, now }: { readonly accountId: string; readonly now: Date },
): Promise<boolean> => (await tx.query(insertStatement, [issuer, subject, accountId, now])).length > 0;

const deleteStatement = statement("account-identities-delete", "DELETE FROM account_identities WHERE account_id = $1");

export const deleteIdentities = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.query(deleteStatement, [accountId]);
};

import { type Sql, statement, type Tx } from "@roundtrip/database/database";

export interface NewResetLink {
  readonly passwordResetId: string;
  readonly accountId: string;
  readonly digest: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

const insertStatement = statement(
  "password-resets-insert",
  `INSERT INTO password_resets (password_reset_id, account_id, digest, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5)`,
);

export const insertResetRow = async (tx: Tx, link: NewResetLink): Promise<void> => {
  await tx.query(insertStatement, [link.passwordResetId, link.accountId, link.digest, link.now, link.expiresAt]);
};

export interface ResettableAccount {
  readonly account_id: string;
  readonly email: string;
}

const lockAccountStatement = statement<ResettableAccount>(
  "password-resets-lock-account",
  "SELECT account_id, email FROM accounts WHERE email_key = $1 AND disabled_at IS NULL FOR UPDATE",
);

/** Two requests for one account are counted one after the other. Null for nobody and for a disabled account. */
export const lockResettableAccount = async (tx: Tx, emailKey: string): Promise<ResettableAccount | null> =>
  (await tx.query(lockAccountStatement, [emailKey]))[0] ?? null;

const countStatement = statement<{ in_hour: number; in_day: number }>(
  "password-resets-count",
  `SELECT count(*) FILTER (WHERE created_at > $2::timestamptz - interval '1 hour')::int AS in_hour, count(*)::int AS in_day
   FROM password_resets WHERE account_id = $1 AND created_at > $2::timestamptz - interval '1 day'`,
);

/** Links made for the account lately. */
export const countResetLinks = async (
  tx: Tx,
  accountId: string,
  now: Date,
): Promise<{ inHour: number; inDay: number }> => {
  const [row] = await tx.query(countStatement, [accountId, now]);
  return { inHour: row?.in_hour ?? 0, inDay: row?.in_day ?? 0 };
};

export interface LinkedReset {
  readonly password_reset_id: string;
  readonly account_id: string;
  /** False for the first password of an account that somebody else has made. */
  readonly has_password: boolean;
}

const findByLinkStatement = statement<LinkedReset>(
  "password-resets-find-by-link",
  `SELECT r.password_reset_id, r.account_id, a.password_hash IS NOT NULL AS has_password
   FROM password_resets r JOIN accounts a USING (account_id)
   WHERE r.digest = ANY($1) AND r.used_at IS NULL AND r.expires_at > $2 AND a.disabled_at IS NULL`,
);

/** Null when the link is unknown, used or too old. Spends nothing. */
export const findResetByLink = async (sql: Sql, digests: readonly string[], now: Date): Promise<LinkedReset | null> =>
  (await sql.query(findByLinkStatement, [digests, now]))[0] ?? null;

const spendStatement = statement(
  "password-resets-spend",
  `UPDATE password_resets SET used_at = $2 WHERE password_reset_id = $1 AND used_at IS NULL AND expires_at > $2
   RETURNING password_reset_id`,
);

/** Of any number of requests at once one gets true. */
export const spendReset = async (tx: Tx, passwordResetId: string, now: Date): Promise<boolean> =>
  (await tx.query(spendStatement, [passwordResetId, now])).length > 0;

const spendAllStatement = statement(
  "password-resets-spend-all",
  "UPDATE password_resets SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL",
);

/** Every link of the account: whoever has set a password has no use for them, and whoever else has one must not. */
export const spendResetLinks = async (tx: Tx, accountId: string, now: Date): Promise<void> => {
  await tx.query(spendAllStatement, [accountId, now]);
};

const deleteOldStatement = statement(
  "password-resets-delete-old",
  "DELETE FROM password_resets WHERE account_id = $1 AND created_at < $2::timestamptz - interval '30 days'",
);

/** What no count and no link needs any more. */
export const deleteOldResetLinks = async (tx: Tx, accountId: string, now: Date): Promise<void> => {
  await tx.query(deleteOldStatement, [accountId, now]);
};

import { type Sql, statement, type Tx } from "@roundtrip/database/database";

export interface SecondFactorRow {
  readonly email: string;
  readonly has_password: boolean;
  readonly password_short: boolean;
  readonly totp_box: string | null;
  readonly totp_confirmed_at: Date | null;
}

const columns = "email, password_hash IS NOT NULL AS has_password, password_short, totp_box, totp_confirmed_at";

const findStatement = statement<SecondFactorRow>(
  "second-factor-find",
  `SELECT ${columns} FROM accounts WHERE account_id = $1 AND disabled_at IS NULL`,
);

/** Null when the account is gone or disabled. */
export const findSecondFactor = async (sql: Sql, accountId: string): Promise<SecondFactorRow | null> =>
  (await sql.query(findStatement, [accountId]))[0] ?? null;

const lockStatement = statement<SecondFactorRow>(
  "second-factor-lock",
  `SELECT ${columns} FROM accounts WHERE account_id = $1 AND disabled_at IS NULL FOR NO KEY UPDATE`,
);

/**
 * The same, and in a transaction holds the account's row: whoever uses a code and whoever replaces the codes stand in one
 * line, always in this order, so that they cannot wait for each other.
 */
export const lockSecondFactor = async (sql: Sql, accountId: string): Promise<SecondFactorRow | null> =>
  (await sql.query(lockStatement, [accountId]))[0] ?? null;

const takeStepStatement = statement<{ taken: true }>(
  "second-factor-take-step",
  `UPDATE accounts SET totp_last_step = $3
   WHERE account_id = $1 AND totp_box = $2 AND totp_confirmed_at IS NOT NULL AND coalesce(totp_last_step, -1) < $3
   RETURNING true AS taken`,
);

export interface TotpStep {
  readonly accountId: string;
  /** The seed that the code was checked with: one that has been replaced since takes no code. */
  readonly box: string;
  readonly step: number;
}

/** Spends the step and all before it: of any number of parallel uses of one code, one is told true. */
export const takeStep = async (sql: Sql, { accountId, box, step }: TotpStep): Promise<boolean> =>
  (await sql.query(takeStepStatement, [accountId, box, step])).length > 0;

const takeRecoveryCodeStatement = statement<{ taken: true }>(
  "recovery-codes-take",
  `UPDATE recovery_codes SET used_at = $3
   WHERE account_id = $1 AND digest = ANY($2) AND used_at IS NULL
     AND EXISTS (SELECT 1 FROM accounts a WHERE a.account_id = $1 AND a.totp_confirmed_at IS NOT NULL)
   RETURNING true AS taken`,
);

/** Spends the code, given as its digests under every key; of any number of parallel uses one is told true. */
export const takeRecoveryCode = async (
  sql: Sql,
  code: { readonly accountId: string; readonly digests: readonly string[]; readonly now: Date },
): Promise<boolean> =>
  (await sql.query(takeRecoveryCodeStatement, [code.accountId, code.digests, code.now])).length > 0;

const startStatement = statement<{ started: true }>(
  "second-factor-start",
  `UPDATE accounts SET totp_box = $2, totp_last_step = NULL
   WHERE account_id = $1 AND disabled_at IS NULL AND totp_confirmed_at IS NULL RETURNING true AS started`,
);

/** A new seed in the place of one that waits. False when a confirmed one is there. */
export const startTotpSeed = async (tx: Tx, accountId: string, box: string): Promise<boolean> =>
  (await tx.query(startStatement, [accountId, box])).length > 0;

const confirmStatement = statement<{ confirmed: true }>(
  "second-factor-confirm",
  `UPDATE accounts SET totp_confirmed_at = $4, totp_last_step = $3
   WHERE account_id = $1 AND totp_box = $2 AND totp_confirmed_at IS NULL RETURNING true AS confirmed`,
);

/** From now on it counts. The step is spent with it: the code that confirmed signs nobody in. */
export const confirmTotpSeed = async (tx: Tx, step: TotpStep & { readonly now: Date }): Promise<boolean> =>
  (await tx.query(confirmStatement, [step.accountId, step.box, step.step, step.now])).length > 0;

const removeStatement = statement<{ removed: true }>(
  "second-factor-remove",
  `UPDATE accounts SET totp_box = NULL, totp_confirmed_at = NULL, totp_last_step = NULL
   WHERE account_id = $1 AND totp_confirmed_at IS NOT NULL AND NOT password_short RETURNING true AS removed`,
);

/** False while the password cannot stand alone. */
export const removeTotpSeed = async (tx: Tx, accountId: string): Promise<boolean> =>
  (await tx.query(removeStatement, [accountId])).length > 0;

const deleteCodesStatement = statement("recovery-codes-delete", "DELETE FROM recovery_codes WHERE account_id = $1");

export const deleteRecoveryCodes = async (tx: Tx, accountId: string): Promise<void> => {
  await tx.query(deleteCodesStatement, [accountId]);
};

const insertCodesStatement = statement(
  "recovery-codes-insert",
  "INSERT INTO recovery_codes (account_id, digest, created_at) SELECT $1, unnest($2::text[]), $3",
);

export const insertRecoveryCodes = async (
  tx: Tx,
  codes: { readonly accountId: string; readonly digests: readonly string[]; readonly now: Date },
): Promise<void> => {
  await tx.query(insertCodesStatement, [codes.accountId, codes.digests, codes.now]);
};

const signedInStatement = statement<{ signed_in: true }>(
  "second-factor-signed-in",
  "SELECT true AS signed_in FROM sign_ins WHERE sign_in_id = $1 AND account_id = $2 AND revoked_at IS NULL FOR SHARE",
);

export interface OwnSignIn {
  readonly accountId: string;
  /** The sign-in that the caller's access token came from. */
  readonly signInId: string;
}

/**
 * False once the sign-in was ended, for example by a new password: its access token lives on for minutes, and whoever holds
 * it must not leave a way in behind.
 */
export const isSignedIn = async (tx: Tx, { accountId, signInId }: OwnSignIn): Promise<boolean> =>
  (await tx.query(signedInStatement, [signInId, accountId])).length > 0;

const freshStatement = statement<{ fresh: true }>(
  "sign-ins-fresh",
  `SELECT true AS fresh FROM sign_ins
   WHERE sign_in_id = $1 AND account_id = $2 AND revoked_at IS NULL AND created_at > $3`,
);

/** Whether the account has signed in since then, with the sign-in that the caller's token came from. */
export const hasSignedInSince = async (sql: Sql, signIn: OwnSignIn & { readonly since: Date }): Promise<boolean> =>
  (await sql.query(freshStatement, [signIn.signInId, signIn.accountId, signIn.since])).length > 0;

import { type Sql, statement, type Tx } from "@roundtrip/database/database";

export interface PasskeyRow {
  readonly passkey_id: string;
  readonly name: string;
  readonly credential_id: string;
  readonly transports: readonly string[];
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}

export const passkeysMax = 20;

const listStatement = statement<PasskeyRow>(
  "passkeys-list",
  `SELECT passkey_id, name, credential_id, transports, created_at, last_used_at
   FROM passkeys WHERE account_id = $1 ORDER BY passkey_id`,
);

/** Oldest first; there are at most twenty. */
export const listPasskeys = (sql: Sql, accountId: string): Promise<PasskeyRow[]> =>
  sql.query(listStatement, [accountId]);

export interface NewPasskey {
  readonly passkeyId: string;
  readonly accountId: string;
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly name: string;
  readonly now: Date;
}

const insertStatement = statement<{ inserted: true }>(
  "passkeys-insert",
  `INSERT INTO passkeys (passkey_id, account_id, credential_id, public_key, counter, transports, name, created_at)
   SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE (SELECT count(*) FROM passkeys WHERE account_id = $2) < $9
   RETURNING true AS inserted`,
);

/** False when the account has as many as it may. The caller holds the account's row, so that the count is right. */
export const insertPasskey = async (tx: Tx, passkey: NewPasskey): Promise<boolean> => {
  const { passkeyId, accountId, credentialId, publicKey, counter, transports, name, now } = passkey;
  const values = [passkeyId, accountId, credentialId, publicKey, counter, transports, name, now, passkeysMax];
  return (await tx.query(insertStatement, values)).length > 0;
};

export interface PasskeyCredential {
  readonly passkey_id: string;
  readonly account_id: string;
  readonly credential_id: string;
  readonly public_key: string;
  /** 32 bits, unsigned. */
  readonly counter: number;
  /** Of the customers that the account acts for; see `recordAuditFor`. */
  readonly customer_ids: readonly string[];
}

const findStatement = statement<PasskeyCredential>(
  "passkeys-find",
  `SELECT p.passkey_id, p.account_id, p.credential_id, p.public_key, p.counter::float8 AS counter, ARRAY(
     SELECT m.customer_id::text FROM memberships m WHERE m.account_id = p.account_id AND m.disabled_at IS NULL
     ORDER BY m.created_at, m.customer_id LIMIT 12) AS customer_ids
   FROM passkeys p WHERE p.credential_id = $1`,
);

export const findPasskey = async (sql: Sql, credentialId: string): Promise<PasskeyCredential | null> =>
  (await sql.query(findStatement, [credentialId]))[0] ?? null;

const useStatement = statement<{ used: true }>(
  "passkeys-use",
  `UPDATE passkeys SET counter = $2, last_used_at = $3
   WHERE passkey_id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0)) RETURNING true AS used`,
);

/**
 * False for a signature counter that stands still or goes back: a copy of the authenticator, or a replay (WebAuthn Level 3,
 * section 6.1.1). One that stays at zero is an authenticator without one. Of two parallel uses with one counter, one is true.
 */
export const usePasskey = async (
  sql: Sql,
  use: { readonly passkeyId: string; readonly counter: number; readonly now: Date },
): Promise<boolean> => (await sql.query(useStatement, [use.passkeyId, use.counter, use.now])).length > 0;

const deleteStatement = statement<{ deleted: true }>(
  "passkeys-delete",
  "DELETE FROM passkeys WHERE passkey_id = $1 AND account_id = $2 RETURNING true AS deleted",
);

export const deletePasskeyRow = async (
  tx: Tx,
  passkey: { readonly passkeyId: string; readonly accountId: string },
): Promise<boolean> => (await tx.query(deleteStatement, [passkey.passkeyId, passkey.accountId])).length > 0;

const wayInStatement = statement<{ way_in: boolean }>(
  "passkeys-way-in",
  `SELECT password_hash IS NOT NULL OR EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.account_id)
     OR EXISTS (SELECT 1 FROM account_identities i WHERE i.account_id = a.account_id) AS way_in
   FROM accounts a WHERE account_id = $1`,
);

/** Whether anything is left that the account can sign in with. */
export const hasWayIn = async (tx: Tx, accountId: string): Promise<boolean> =>
  (await tx.query(wayInStatement, [accountId]))[0]?.way_in === true;

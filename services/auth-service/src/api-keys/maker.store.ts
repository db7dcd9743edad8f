import { statement, type Tx } from "@roundtrip/database/database";

const lockStatement = statement<{ account_id: string }>(
  "makers-lock",
  "SELECT account_id FROM accounts WHERE account_id = $1 AND disabled_at IS NULL FOR NO KEY UPDATE",
);

/** False for an account that is gone or disabled. Held to the end, so that nobody disables it in between. */
export const lockAccount = async (tx: Tx, accountId: string): Promise<boolean> =>
  (await tx.query(lockStatement, [accountId])).length > 0;

const signedInStatement = statement<{ found: boolean }>(
  "makers-signed-in",
  `SELECT EXISTS (SELECT 1 FROM sign_ins
     WHERE sign_in_id = $2 AND account_id = $1 AND revoked_at IS NULL AND absolute_expires_at > $3) AS found`,
);

export const isSignedIn = async (
  tx: Tx,
  signIn: { readonly accountId: string; readonly signInId: string; readonly now: Date },
): Promise<boolean> =>
  (await tx.query(signedInStatement, [signIn.accountId, signIn.signInId, signIn.now]))[0]?.found === true;

const administersStatement = statement<{ role: string }>(
  "makers-administers",
  `SELECT m.role FROM memberships m JOIN customers c USING (customer_id)
   WHERE m.account_id = $1 AND m.customer_id = $2 AND m.disabled_at IS NULL AND m.role IN ('admin', 'owner')
     AND c.suspended_at IS NULL FOR SHARE OF m`,
);

/** Whether it is an admin or owner of the customer; held to the end of the transaction. */
export const administers = async (tx: Tx, accountId: string, customerId: string): Promise<boolean> =>
  (await tx.query(administersStatement, [accountId, customerId])).length > 0;

const customersStatement = statement<{ customer_id: string }>(
  "makers-customers",
  "SELECT customer_id FROM memberships WHERE account_id = $1 AND disabled_at IS NULL ORDER BY customer_id",
);

/** Whose audit logs tell of what the account makes for itself. */
export const listCustomerIds = async (tx: Tx, accountId: string): Promise<string[]> =>
  (await tx.query(customersStatement, [accountId])).map((row) => row.customer_id);

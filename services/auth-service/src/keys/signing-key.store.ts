import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { SigningKeyState } from "./signing-key.rules.ts";

/** Members that are not needed to verify are not loaded. */
export interface PublicKeyRow {
  readonly kid: string;
  readonly public_jwk: Readonly<Record<string, unknown>>;
  readonly own: boolean;
}

/** Own keys first: another service cannot push one out by publishing under the same `kid`. */
const publicKeysStatement = statement<PublicKeyRow>(
  "signing-keys-public",
  `SELECT kid, public_jwk, true AS own FROM signing_keys WHERE state <> 'gone'
   UNION ALL
   SELECT kid, public_jwk, false FROM published_keys p WHERE NOT EXISTS (SELECT 1 FROM signing_keys s WHERE s.kid = p.kid)
   ORDER BY own DESC, kid`,
);

export const listPublicKeyRows = (sql: Sql): Promise<PublicKeyRow[]> => sql.query(publicKeysStatement, []);

interface ActiveKeyRow {
  readonly kid: string;
  readonly private_box: string;
}

const activeStatement = statement<ActiveKeyRow>(
  "signing-keys-active",
  "SELECT kid, private_box FROM signing_keys WHERE state = 'active'",
);

export const findActiveKey = async (sql: Sql): Promise<ActiveKeyRow | null> =>
  (await sql.query(activeStatement, []))[0] ?? null;

const statesStatement = statement<SigningKeyState>(
  "signing-keys-states",
  "SELECT kid, state, created_at, activated_at, gone_at FROM signing_keys WHERE state <> 'gone' ORDER BY created_at, kid",
);

export const listSigningKeys = (tx: Tx): Promise<SigningKeyState[]> => tx.query(statesStatement, []);

/** Held to the end of the transaction. "keys" in ASCII. */
const lockStatement = statement("signing-keys-lock", "SELECT pg_advisory_xact_lock(1801812339)");

export const lockSigningKeys = async (tx: Tx): Promise<void> => {
  await tx.query(lockStatement, []);
};

const tryLockStatement = statement<{ locked: boolean }>(
  "signing-keys-try-lock",
  "SELECT pg_try_advisory_xact_lock(1801812339) AS locked",
);

export const tryLockSigningKeys = async (tx: Tx): Promise<boolean> =>
  (await tx.query(tryLockStatement, [])).some(({ locked }) => locked);

const insertNextStatement = statement(
  "signing-keys-insert-next",
  "INSERT INTO signing_keys (kid, public_jwk, private_box, state, created_at) VALUES ($1, $2, $3, 'next', $4)",
);

export interface NewSigningKey {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly privateBox: string;
}

export const insertNextKey = async (tx: Tx, key: NewSigningKey, now: Date): Promise<void> => {
  await tx.query(insertNextStatement, [key.kid, JSON.stringify(key.publicJwk), key.privateBox, now]);
};

const activateStatement = statement<{ kid: string }>(
  "signing-keys-activate",
  "UPDATE signing_keys SET state = 'active', activated_at = $1 WHERE state = 'next' RETURNING kid",
);

/** The next key becomes the active one. Throws when there is no next key. */
export const activateKey = async (tx: Tx, now: Date): Promise<string> =>
  kidOf(await tx.query(activateStatement, [now]), "next");

/** The private half has signed its last; nothing can leak that is not there. */
const retireStatement = statement<{ kid: string }>(
  "signing-keys-retire",
  `UPDATE signing_keys SET state = 'retiring', retired_at = $1, gone_at = $2, private_box = ''
   WHERE state = 'active' RETURNING kid`,
);

/** The active key verifies until `goneAt`. Throws when there is no active key. */
export const retireKey = async (tx: Tx, now: Date, goneAt: Date): Promise<string> =>
  kidOf(await tx.query(retireStatement, [now, goneAt]), "active");

const kidOf = ([row]: readonly { readonly kid: string }[], state: string): string => {
  if (!row) throw new Error(`there is no ${state} signing key`);
  return row.kid;
};

const dropStatement = statement(
  "signing-keys-drop",
  "UPDATE signing_keys SET state = 'gone', gone_at = $2, private_box = '' WHERE kid = $1",
);

export const dropKey = async (tx: Tx, kid: string, now: Date): Promise<void> => {
  await tx.query(dropStatement, [kid, now]);
};

const lastSignInStatement = statement<{ absolute_expires_at: Date }>(
  "signing-keys-last-sign-in-end",
  "SELECT absolute_expires_at FROM sign_ins WHERE revoked_at IS NULL ORDER BY absolute_expires_at DESC LIMIT 1",
);

/** Until when a refresh token may have been made that is out there. Null when nobody is signed in. */
export const findLastSignInEnd = async (tx: Tx): Promise<Date | null> =>
  (await tx.query(lastSignInStatement, []))[0]?.absolute_expires_at ?? null;

const publishStatement = statement<{ kid: string }>(
  "published-keys-insert",
  "INSERT INTO published_keys (kid, public_jwk) VALUES ($1, $2) ON CONFLICT (kid) DO NOTHING RETURNING kid",
);

/** False when the key is published already. A `kid` never changes its key. */
export const publishKey = async (tx: Tx, kid: string, publicJwk: Readonly<Record<string, unknown>>): Promise<boolean> =>
  (await tx.query(publishStatement, [kid, JSON.stringify(publicJwk)])).length > 0;

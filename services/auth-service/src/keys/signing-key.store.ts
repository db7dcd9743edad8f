import { type Sql, statement, type Tx } from "@roundtrip/database/database";

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

/** Held to the end of the transaction. "keys" in ASCII. */
const lockStatement = statement("signing-keys-lock", "SELECT pg_advisory_xact_lock(1801812339)");

export const lockSigningKeys = async (tx: Tx): Promise<void> => {
  await tx.query(lockStatement, []);
};

const insertActiveStatement = statement(
  "signing-keys-insert-active",
  `INSERT INTO signing_keys (kid, public_jwk, private_box, state, activated_at) VALUES ($1, $2, $3, 'active', now())`,
);

export interface NewSigningKey {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly privateBox: string;
}

export const insertActiveKey = async (tx: Tx, key: NewSigningKey): Promise<void> => {
  await tx.query(insertActiveStatement, [key.kid, JSON.stringify(key.publicJwk), key.privateBox]);
};

const publishStatement = statement<{ kid: string }>(
  "published-keys-insert",
  "INSERT INTO published_keys (kid, public_jwk) VALUES ($1, $2) ON CONFLICT (kid) DO NOTHING RETURNING kid",
);

/** False when the key is published already. A `kid` never changes its key. */
export const publishKey = async (tx: Tx, kid: string, publicJwk: Readonly<Record<string, unknown>>): Promise<boolean> =>
  (await tx.query(publishStatement, [kid, JSON.stringify(publicJwk)])).length > 0;

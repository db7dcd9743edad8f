import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { JWK } from "jose";

/** As it goes into the JWKS. */
export interface TicketJwk extends JWK {
  readonly roundtrip_use: string;
}

export interface TicketKey {
  readonly kid: string;
  readonly publicJwk: TicketJwk;
  /** The private half as a JWK, sealed. */
  readonly sealedPrivate: string;
}

const columns = `kid, public_jwk AS "publicJwk", sealed_private AS "sealedPrivate"`;

const current = statement<TicketKey>(
  "ticket-key-current",
  `SELECT ${columns} FROM ticket_keys WHERE retired_at IS NULL ORDER BY created_at DESC, kid LIMIT 1`,
);

/** The key that signs now. */
export const findCurrentTicketKey = async (sql: Sql): Promise<TicketKey | null> =>
  (await sql.query(current, []))[0] ?? null;

const byKid = statement<TicketKey>("ticket-key-by-kid", `SELECT ${columns} FROM ticket_keys WHERE kid = $1`);

/** Retired ones too: what they signed stays good until it expires. */
export const findTicketKey = async (sql: Sql, kid: string): Promise<TicketKey | null> =>
  (await sql.query(byKid, [kid]))[0] ?? null;

const lock = statement("ticket-key-lock", "SELECT pg_advisory_xact_lock(hashtext('ticket_keys'))");

/** Until the end of the transaction, nobody else makes a key. */
export const lockTicketKeys = async (tx: Tx): Promise<void> => {
  await tx.query(lock, []);
};

const record = statement(
  "ticket-key-record",
  "INSERT INTO ticket_keys (kid, public_jwk, sealed_private) VALUES ($1, $2, $3)",
);

export const recordTicketKey = async (tx: Tx, key: TicketKey): Promise<void> => {
  await tx.query(record, [key.kid, JSON.stringify(key.publicJwk), key.sealedPrivate]);
};

import { type Sql, statement, type Tx } from "@roundtrip/database/database";

/** One event as it is stored: `body` is the final text that every consumer gets, byte for byte. */
export interface OutboxRow {
  readonly eventId: string;
  readonly type: string;
  readonly workspaceId: string;
  readonly body: string;
}

export interface UnpublishedRow {
  readonly event_id: string;
  readonly type: string;
  readonly body: string;
  readonly publish_count: number;
}

const append = statement(
  "outbox-append",
  `INSERT INTO outbox (event_id, type, workspace_id, body)
   SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[])`,
);

export const appendRows = async (tx: Tx, rows: readonly OutboxRow[]): Promise<void> => {
  await tx.query(append, [
    rows.map((row) => row.eventId),
    rows.map((row) => row.type),
    rows.map((row) => row.workspaceId),
    rows.map((row) => row.body),
  ]);
};

/**
 * Taken by what is missing, never by a last id: ids become visible out of order, because transactions commit out of
 * order, and a cursor would step over the late ones.
 */
const unpublished = statement<UnpublishedRow>(
  "outbox-unpublished",
  `SELECT event_id, type, body, publish_count FROM outbox
   WHERE published_at IS NULL AND confirmed_at IS NULL ORDER BY id LIMIT $1`,
);

export const listUnpublished = (sql: Sql, limit: number): Promise<UnpublishedRow[]> => sql.query(unpublished, [limit]);

const markPublishedStatement = statement(
  "outbox-mark-published",
  `UPDATE outbox SET published_at = now(), publish_count = publish_count + 1 WHERE event_id = ANY($1::uuid[])`,
);

export const markPublished = async (sql: Sql, eventIds: readonly string[]): Promise<void> => {
  await sql.query(markPublishedStatement, [eventIds]);
};

/** A row is done when each durable that its type names has confirmed it; two receipts at once both count. */
const confirm = statement(
  "outbox-confirm",
  `UPDATE outbox o
   SET confirmed_by = ARRAY(SELECT DISTINCT unnest(o.confirmed_by || $2::text)),
       confirmed_at = CASE WHEN needed.durables <@ (o.confirmed_by || $2::text) THEN now() END
   FROM (SELECT t AS type, string_to_array(d, ',') AS durables FROM unnest($3::text[], $4::text[]) AS u (t, d)) needed
   WHERE o.event_id = ANY($1::uuid[]) AND o.type = needed.type AND o.confirmed_at IS NULL`,
);

/** Which durables each event type needs, as two parallel arrays for SQL. */
export interface NeededDurables {
  readonly types: readonly string[];
  /** Comma-separated names, one text a type. */
  readonly durables: readonly string[];
}

export interface Receipt {
  readonly durable: string;
  readonly eventIds: readonly string[];
}

export const confirmRows = async (sql: Sql, receipt: Receipt, needed: NeededDurables): Promise<void> => {
  await sql.query(confirm, [receipt.eventIds, receipt.durable, needed.types, needed.durables]);
};

interface UnconfirmedRow {
  readonly event_id: string;
  readonly type: string;
  readonly confirmed_by: readonly string[];
}

const unconfirmed = statement<UnconfirmedRow>(
  "outbox-unconfirmed",
  `SELECT event_id, type, confirmed_by FROM outbox
   WHERE confirmed_at IS NULL AND published_at < now() - make_interval(secs => $1) ORDER BY published_at LIMIT 1000`,
);

export const listUnconfirmed = (sql: Sql, olderThanSeconds: number): Promise<UnconfirmedRow[]> =>
  sql.query(unconfirmed, [olderThanSeconds]);

const requeue = statement(
  "outbox-requeue",
  "UPDATE outbox SET published_at = NULL WHERE event_id = ANY($1::uuid[]) AND confirmed_at IS NULL",
);

export const requeueRows = async (sql: Sql, eventIds: readonly string[]): Promise<void> => {
  await sql.query(requeue, [eventIds]);
};

const requeueAll = statement<{ count: string }>(
  "outbox-requeue-all",
  `WITH again AS (
     UPDATE outbox SET published_at = NULL WHERE confirmed_at IS NULL AND published_at IS NOT NULL RETURNING 1)
   SELECT count(*) AS count FROM again`,
);

export const requeueUnconfirmed = async (tx: Tx): Promise<number> =>
  Number((await tx.query(requeueAll, []))[0]?.count ?? 0);

interface RelayState {
  readonly stream_created_at: string;
  readonly last_sequence: string;
}

const readState = statement<RelayState>(
  "outbox-relay-state",
  "SELECT stream_created_at, last_sequence FROM outbox_relay_state",
);

export const findRelayState = async (sql: Sql): Promise<{ createdAt: string; lastSequence: number } | null> => {
  const [row] = await sql.query(readState, []);
  return row ? { createdAt: row.stream_created_at, lastSequence: Number(row.last_sequence) } : null;
};

const writeState = statement(
  "outbox-relay-state-write",
  `INSERT INTO outbox_relay_state (id, stream_created_at, last_sequence) VALUES (1, $1, $2)
   ON CONFLICT (id) DO UPDATE SET stream_created_at = $1, last_sequence = $2`,
);

export const recordRelayState = async (sql: Sql, state: { createdAt: string; lastSequence: number }): Promise<void> => {
  await sql.query(writeState, [state.createdAt, state.lastSequence]);
};

const prune = statement(
  "outbox-prune",
  `DELETE FROM outbox WHERE id IN (
     SELECT id FROM outbox WHERE confirmed_at < now() - make_interval(days => $1) ORDER BY confirmed_at LIMIT 5000)`,
);

export const pruneConfirmed = async (sql: Sql, keepDays: number): Promise<void> => {
  await sql.query(prune, [keepDays]);
};

import { type Sql, statement, type Tx } from "@roundtrip/database/database";

const claim = statement<{ event_id: string }>(
  "inbox-claim",
  `INSERT INTO inbox (durable, event_id) SELECT $1, id FROM unnest($2::uuid[]) AS id
   ON CONFLICT DO NOTHING RETURNING event_id`,
);

/** Records the events as seen and answers those that had not been. */
export const claimFirstTimes = async (
  tx: Tx,
  durable: string,
  eventIds: readonly string[],
): Promise<ReadonlySet<string>> => new Set((await tx.query(claim, [durable, eventIds])).map((row) => row.event_id));

const missing = statement<{ event_id: string }>(
  "inbox-missing",
  `SELECT id AS event_id FROM unnest($2::uuid[]) AS id
   WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE durable = $1 AND event_id = id)`,
);

export const listMissing = async (sql: Sql, durable: string, eventIds: readonly string[]): Promise<string[]> =>
  (await sql.query(missing, [durable, eventIds])).map((row) => row.event_id);

const recordDeadStatement = statement(
  "inbox-record-dead",
  "INSERT INTO inbox_dead (durable, subject, body, reason) VALUES ($1, $2, $3, $4)",
);

export interface DeadLetter {
  readonly durable: string;
  readonly subject: string;
  readonly body: string;
  readonly reason: string;
}

export const recordDead = async (tx: Tx, letter: DeadLetter): Promise<void> => {
  // NUL cannot stand in a Postgres text; it is one of the ways in which a body can be unreadable.
  await tx.query(recordDeadStatement, [
    letter.durable,
    letter.subject,
    letter.body.replaceAll("\u0000", "\\0"),
    letter.reason,
  ]);
};

const prune = statement(
  "inbox-prune",
  `DELETE FROM inbox WHERE (durable, event_id) IN (
     SELECT durable, event_id FROM inbox WHERE received_at < now() - make_interval(days => $1) LIMIT 5000)`,
);

/** Must keep longer than the outbox and the stream do, else an old duplicate would count as new. */
export const pruneInbox = async (sql: Sql, keepDays: number): Promise<void> => {
  await sql.query(prune, [keepDays]);
};

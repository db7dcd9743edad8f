import { type Sql, statement, type Tx } from "@roundtrip/database/database";

/** A place in a chain. */
export interface ChainHead {
  readonly position: number;
  readonly hash: string;
}

export interface WaitingEntry {
  readonly audit_id: string;
  readonly body: string;
}

export interface NewAuditRecord extends ChainHead {
  readonly auditId: string;
  readonly at: string;
  readonly action: string;
  readonly body: string;
}

export interface StoredRecord extends ChainHead {
  readonly body: string;
}

/** Whoever holds it is the only one to add to the chain or to cut its beginning off. Held to the transaction's end. */
const lockKey = "hashtextextended('audit_log:' || $1, 0)";
const lockStatement = statement("audit-log-lock", `SELECT pg_advisory_xact_lock(${lockKey})`);
const tryLockStatement = statement<{ locked: boolean }>(
  "audit-log-try-lock",
  `SELECT pg_try_advisory_xact_lock(${lockKey}) AS locked`,
);

export const lockChain = async (tx: Tx, chainId: string): Promise<void> => {
  await tx.query(lockStatement, [chainId]);
};

export const tryLockChain = async (tx: Tx, chainId: string): Promise<boolean> =>
  (await tx.query(tryLockStatement, [chainId]))[0]?.locked === true;

const waitingChainsStatement = statement<{ chain_id: string }>(
  "audit-entries-chains",
  "SELECT DISTINCT chain_id FROM audit_entries",
);

export const listWaitingChains = async (sql: Sql): Promise<string[]> =>
  (await sql.query(waitingChainsStatement, [])).map((row) => row.chain_id);

const hasWaitingStatement = statement<{ waiting: boolean }>(
  "audit-entries-waiting",
  "SELECT EXISTS (SELECT 1 FROM audit_entries WHERE chain_id = $1) AS waiting",
);

export const hasWaitingEntries = async (sql: Sql, chainId: string): Promise<boolean> =>
  (await sql.query(hasWaitingStatement, [chainId]))[0]?.waiting === true;

const takeStatement = statement<WaitingEntry>(
  "audit-entries-take",
  `WITH taken AS (
     DELETE FROM audit_entries WHERE audit_id IN (
       SELECT audit_id FROM audit_entries WHERE chain_id = $1 ORDER BY audit_id LIMIT $2)
     RETURNING audit_id, body)
   SELECT audit_id, body FROM taken ORDER BY audit_id`,
);

/** Removes the oldest from the queue. */
export const takeWaitingEntries = (tx: Tx, chainId: string, rowsMax: number): Promise<WaitingEntry[]> =>
  tx.query(takeStatement, [chainId, rowsMax]);

/** `position` is a bigint, which the driver gives as text; a chain stays far below the 2^53 that a number holds. */
interface HeadRow {
  readonly position: string;
  readonly hash: string;
}

const asHead = (row: HeadRow | undefined): ChainHead | null =>
  row === undefined ? null : { position: Number(row.position), hash: row.hash };

const headStatement = statement<HeadRow>(
  "audit-log-head",
  `(SELECT position, hash FROM audit_log WHERE chain_id = $1 ORDER BY position DESC LIMIT 1)
   UNION ALL SELECT position, hash FROM audit_checkpoints WHERE chain_id = $1
   ORDER BY position DESC LIMIT 1`,
);

/** The newest record's place, or the checkpoint when nothing is left; null for a chain that has not begun. */
export const findChainHead = async (sql: Sql, chainId: string): Promise<ChainHead | null> =>
  asHead((await sql.query(headStatement, [chainId]))[0]);

const checkpointStatement = statement<HeadRow>(
  "audit-checkpoints-find",
  "SELECT position, hash FROM audit_checkpoints WHERE chain_id = $1",
);

/** The last record that was pruned; null when none was. */
export const findCheckpoint = async (sql: Sql, chainId: string): Promise<ChainHead | null> =>
  asHead((await sql.query(checkpointStatement, [chainId]))[0]);

const insertStatement = statement(
  "audit-log-insert",
  `INSERT INTO audit_log (chain_id, position, audit_id, at, action, body, hash)
   SELECT $1::uuid, * FROM unnest($2::bigint[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])`,
);

export const insertAuditRecords = async (
  tx: Tx,
  chainId: string,
  records: readonly NewAuditRecord[],
): Promise<void> => {
  await tx.query(insertStatement, [
    chainId,
    records.map((record) => record.position),
    records.map((record) => record.auditId),
    records.map((record) => record.at),
    records.map((record) => record.action),
    records.map((record) => record.body),
    records.map((record) => record.hash),
  ]);
};

export interface RecordFilter {
  readonly action: string | null;
  readonly since: string | null;
  readonly until: string | null;
}

export interface RecordPage {
  /** Only records before this position; null for the newest. */
  readonly before: number | null;
  readonly rowsMax: number;
}

const listStatement = statement<HeadRow & { readonly body: string }>(
  "audit-log-list",
  `SELECT position, hash, body FROM audit_log
   WHERE chain_id = $1 AND ($2::bigint IS NULL OR position < $2) AND ($3::text IS NULL OR action = $3)
     AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)
   ORDER BY position DESC LIMIT $6`,
);

const asRecord = ({ position, hash, body }: HeadRow & { readonly body: string }): StoredRecord => ({
  position: Number(position),
  hash,
  body,
});

/** Newest first. `since` is included, `until` is not. */
export const listRecords = async (
  sql: Sql,
  chainId: string,
  { action, since, until, before, rowsMax }: RecordFilter & RecordPage,
): Promise<StoredRecord[]> =>
  (await sql.query(listStatement, [chainId, before, action, since, until, rowsMax])).map(asRecord);

const spanStatement = statement<{ readonly first: string | null; readonly last: string | null }>(
  "audit-log-span",
  `SELECT min(position) AS first, max(position) AS last FROM audit_log
   WHERE chain_id = $1 AND ($2::timestamptz IS NULL OR at >= $2) AND ($3::timestamptz IS NULL OR at < $3)`,
);

/** First and last position of that time; null when there is none. */
export const findSpan = async (
  sql: Sql,
  chainId: string,
  { since, until }: Pick<RecordFilter, "since" | "until">,
): Promise<{ first: number; last: number } | null> => {
  const [row] = await sql.query(spanStatement, [chainId, since, until]);
  return row?.first && row.last ? { first: Number(row.first), last: Number(row.last) } : null;
};

const readStatement = statement<HeadRow & { readonly body: string }>(
  "audit-log-read",
  `SELECT position, hash, body FROM audit_log WHERE chain_id = $1 AND position > $2 AND position <= $3
   ORDER BY position LIMIT $4`,
);

export interface Stretch {
  readonly after: number;
  readonly upTo: number;
  readonly rowsMax: number;
}

/** Oldest first. */
export const readRecords = async (
  sql: Sql,
  chainId: string,
  { after, upTo, rowsMax }: Stretch,
): Promise<StoredRecord[]> => (await sql.query(readStatement, [chainId, after, upTo, rowsMax])).map(asRecord);

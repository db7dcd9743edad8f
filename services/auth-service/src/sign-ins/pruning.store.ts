import { type Sql, type Statement, statement, type Tx } from "@roundtrip/database/database";

interface GoneRow {
  readonly gone: number;
}

/** `$1` is now, `$2` how many rows at most. */
const prune = (table: string, isOver: string): Statement<GoneRow> =>
  statement(
    `prune-${table}`,
    `WITH gone AS (
       DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} WHERE ${isOver} LIMIT $2)) RETURNING 1)
     SELECT count(*)::int AS gone FROM gone`,
  );

/** What is of no more use to anybody, and since when. */
const pruneStatements = {
  // A network is known for 90 days after a sign-in from it (`find-guess-key.ts`). Tokens go with their family.
  sign_ins: prune("sign_ins", "absolute_expires_at < $1 AND created_at < $1::timestamptz - interval '90 days'"),
  // A used token that comes again is a reuse whether its row is there or not (`refresh.rules.ts`).
  refresh_tokens: prune("refresh_tokens", "used_at < $1::timestamptz - interval '1 day'"),
  // Below five failures a row delays nobody, and a month without a try ends the longest row of failures.
  sign_in_throttles: prune(
    "sign_in_throttles",
    "updated_at < $1::timestamptz - CASE WHEN failures < 5 THEN interval '1 day' ELSE interval '30 days' END",
  ),
  // A bucket that is whole again is no different from none.
  rate_limits: prune("rate_limits", "arrival_at < $1"),
  challenges: prune("challenges", "expires_at < $1"),
  password_resets: prune("password_resets", "expires_at < $1::timestamptz - interval '2 days'"),
  invitations: prune("invitations", "expires_at < $1::timestamptz - interval '90 days'"),
} as const;

export type PrunedTable = keyof typeof pruneStatements;

export const prunedTables: readonly PrunedTable[] = [
  "sign_ins",
  "refresh_tokens",
  "sign_in_throttles",
  "rate_limits",
  "challenges",
  "password_resets",
  "invitations",
];

export interface PruneBatch {
  readonly table: PrunedTable;
  readonly now: Date;
  readonly rowsMax: number;
}

/** How many rows went. */
export const pruneRows = async (sql: Sql, { table, now, rowsMax }: PruneBatch): Promise<number> =>
  (await sql.query(pruneStatements[table], [now, rowsMax]))[0]?.gone ?? 0;

/** Held to the end of the transaction. "prun" in ASCII. */
const leadStatement = statement<{ locked: boolean }>(
  "prune-lead",
  "SELECT pg_try_advisory_xact_lock(1886549358) AS locked",
);

/** False while another replica prunes. */
export const leadPruning = async (tx: Tx): Promise<boolean> => (await tx.query(leadStatement, []))[0]?.locked === true;

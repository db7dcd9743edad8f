import { type Sql, statement, type Tx } from "@roundtrip/database/database";

/** What grows without end, with the column that says which day a row belongs to. */
export const partitionedTables = [
  { table: "events", column: "created_at" },
  { table: "deliveries_done", column: "finished_at" },
  { table: "delivery_attempts", column: "at" },
] as const;
export type PartitionedTable = (typeof partitionedTables)[number];

const list = statement<{ name: string }>(
  "partition-list",
  "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1)",
);

/** Days (`YYYY-MM-DD`, UTC) that have a partition of their own, oldest first. */
export const listDays = async (sql: Sql, table: string): Promise<readonly string[]> =>
  (await sql.query(list, [table]))
    .flatMap(({ name }) => /_(\d{4})(\d{2})(\d{2})$/.exec(name)?.slice(1).join("-") ?? [])
    .sort();

const nameOf = (table: string, day: string): string => `${table}_${day.replaceAll("-", "")}`;

/** Names cannot be parameters; these are made of our own words and digits. */
export const createDay = async (tx: Tx, table: string, day: string): Promise<void> => {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  await tx.query(waitBriefly, []);
  await tx.query(
    statement(
      `partition-create-${nameOf(table, day)}`,
      `CREATE TABLE IF NOT EXISTS ${nameOf(table, day)} PARTITION OF ${table}
       FOR VALUES FROM ('${day} 00:00:00+00') TO ('${next} 00:00:00+00')`,
    ),
    [],
  );
};

export const dropDay = async (tx: Tx, table: string, day: string): Promise<void> => {
  await tx.query(waitBriefly, []);
  await tx.query(statement(`partition-drop-${nameOf(table, day)}`, `DROP TABLE IF EXISTS ${nameOf(table, day)}`), []);
};

/** Whoever waits for a table's lock makes everyone else wait behind it. */
const waitBriefly = statement("partition-wait-briefly", "SET LOCAL lock_timeout = '2s'");

/** Rows that came on a day without a partition. Normally none. */
export const pruneDefault = async (sql: Sql, { table, column }: PartitionedTable, keepFrom: string): Promise<void> => {
  await sql.query(
    statement(
      `partition-prune-${table}`,
      `DELETE FROM ${table}_default WHERE ctid IN (SELECT ctid FROM ${table}_default WHERE ${column} < $1::date LIMIT 5000)`,
    ),
    [keepFrom],
  );
};

const oldestNeeded = statement<{ day: string | null }>(
  "partition-oldest-needed",
  "SELECT (min(event_created_at) AT TIME ZONE 'UTC')::date::text AS day FROM deliveries",
);

/** The day of the oldest event that an open delivery still needs. */
export const findOldestNeededDay = async (sql: Sql): Promise<string | null> => {
  const [row] = await sql.query(oldestNeeded, []);
  return row?.day ?? null;
};

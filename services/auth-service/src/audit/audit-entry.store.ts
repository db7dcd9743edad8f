import { type Sql, statement } from "@roundtrip/database/database";

export interface NewAuditEntry {
  readonly auditId: string;
  /** The customer's id, or the nil UUID for the installation's own chain. */
  readonly chainId: string;
  /** The entry as JSON; the chain is over exactly these bytes. */
  readonly body: string;
}

const insertStatement = statement(
  "audit-entries-insert",
  `INSERT INTO audit_entries (audit_id, chain_id, body)
   SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])`,
);

export const insertAuditEntries = async (sql: Sql, entries: readonly NewAuditEntry[]): Promise<void> => {
  await sql.query(insertStatement, auditEntryColumns(entries));
};

/** As three arrays, for `unnest`. */
export const auditEntryColumns = (entries: readonly NewAuditEntry[]): [string[], string[], string[]] => [
  entries.map((entry) => entry.auditId),
  entries.map((entry) => entry.chainId),
  entries.map((entry) => entry.body),
];

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
  "INSERT INTO audit_entries (audit_id, chain_id, body) VALUES ($1, $2, $3)",
);

export const insertAuditEntry = async (sql: Sql, entry: NewAuditEntry): Promise<void> => {
  await sql.query(insertStatement, [entry.auditId, entry.chainId, entry.body]);
};

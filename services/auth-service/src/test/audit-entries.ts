import type { AuditEntryBody } from "@roundtrip/contracts/auth/audit-log";
import type { Database } from "@roundtrip/database/database";
import { sql } from "./open-auth-service.ts";

export interface WrittenEntry extends AuditEntryBody {
  readonly chain_id: string;
}

/** Takes every entry that was written and not yet sealed, oldest first. */
export const takeEntries = async (db: Database): Promise<WrittenEntry[]> => {
  const rows = await sql<{ chain_id: string; body: string }>(
    db,
    `WITH taken AS (DELETE FROM audit_entries RETURNING audit_id, chain_id, body)
     SELECT chain_id, body FROM taken ORDER BY audit_id`,
  );
  return rows.map((row) => ({ ...JSON.parse(row.body), chain_id: row.chain_id }));
};

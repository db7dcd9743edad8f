import { type Sql, statement } from "@roundtrip/database/database";
import { type AuditEvent, recordAuditFor } from "./record-audit.ts";

export interface AccountAuditEvent extends Omit<AuditEvent, "customerId" | "actor"> {
  /** Whom it concerns, and who did it unless `actor` says otherwise. */
  readonly accountId: string;
  readonly actor?: AuditEvent["actor"];
}

const customersStatement = statement<{ customer_id: string }>(
  "memberships-customers",
  `SELECT customer_id FROM memberships WHERE account_id = $1 AND disabled_at IS NULL
   ORDER BY created_at, customer_id LIMIT 12`,
);

/**
 * What happens to an account concerns every customer that it acts for: an entry in the chain of each (12 at most, as
 * many as a token holds), or in the installation's own when it acts for none.
 */
export const recordAccountAudit = async (sql: Sql, event: AccountAuditEvent, now: Date): Promise<void> => {
  const { accountId, actor = { kind: "account", id: accountId }, ...rest } = event;
  const rows = await sql.query(customersStatement, [accountId]);
  const customerIds = rows.map((row) => row.customer_id);
  await recordAuditFor(sql, { ...rest, actor }, { customerIds, now });
};

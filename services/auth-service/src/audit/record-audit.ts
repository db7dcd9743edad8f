import type { AuditAction, AuditEntryBody } from "@roundtrip/contracts/auth/audit-log";
import type { Sql } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import { addressPrefix } from "../sign-ins/address-prefix.rules.ts";
import { insertAuditEntry } from "./audit-entry.store.ts";

/** Where a request came from, as far as it is written down. */
export interface AuditSource {
  /** The client's whole address; only its network is kept. */
  readonly address: string;
  readonly requestId: string;
}

export interface AuditEvent {
  readonly action: AuditAction;
  readonly actor: AuditEntryBody["actor"];
  /** Whose chain the entry belongs to; null for what concerns the installation, or nobody known. */
  readonly customerId: string | null;
  readonly workspaceId?: string;
  readonly target?: { readonly kind: string; readonly id: string };
  /** Null for what we do ourselves. */
  readonly source: AuditSource | null;
  /** Ids and words of ours only: never a secret, a name, an e-mail or an address. */
  readonly detail?: AuditEntryBody["detail"];
}

/** The chain of the installation itself. */
export const platformChainId = "00000000-0000-0000-0000-000000000000";

/**
 * Writes one entry with the change it tells of: `sql` is the change's own transaction, so neither is without the other. Its
 * place in the chain comes later (`seal-audit-log.ts`), so that nobody who signs in waits for another.
 */
export const recordAudit = async (sql: Sql, event: AuditEvent, now: Date): Promise<void> => {
  const entry: AuditEntryBody = {
    audit_id: uuidv7(),
    at: now.toISOString(),
    action: event.action,
    actor: event.actor,
    workspace_id: event.workspaceId ?? null,
    target: event.target ?? null,
    address: event.source ? addressPrefix(event.source.address) : null,
    request_id: event.source?.requestId ?? null,
    detail: event.detail ?? {},
  };
  await insertAuditEntry(sql, {
    auditId: entry.audit_id,
    chainId: event.customerId ?? platformChainId,
    body: JSON.stringify(entry),
  });
};

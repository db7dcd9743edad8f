import type { AuditAction, AuditEntryBody } from "@roundtrip/contracts/auth/audit-log";
import type { Sql } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import { addressPrefix } from "../sign-ins/address-prefix.rules.ts";
import { insertAuditEntries, type NewAuditEntry } from "./audit-entry.store.ts";

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

const createAuditEntry = (event: AuditEvent, now: Date): NewAuditEntry => {
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
  return { auditId: entry.audit_id, chainId: event.customerId ?? platformChainId, body: JSON.stringify(entry) };
};

/**
 * Writes one entry with the change it tells of: `sql` is the change's own transaction, so neither is without the other. Its
 * place in the chain comes later (`seal-audit-log.ts`), so that nobody who signs in waits for another.
 */
export const recordAudit = (sql: Sql, event: AuditEvent, now: Date): Promise<void> =>
  insertAuditEntries(sql, [createAuditEntry(event, now)]);

/** The same entry in the chain of every customer it concerns; in the installation's own when there is none. */
export const recordAuditFor = (
  sql: Sql,
  event: Omit<AuditEvent, "customerId">,
  { customerIds, now }: { readonly customerIds: readonly string[]; readonly now: Date },
): Promise<void> => insertAuditEntries(sql, createAuditEntries(event, { customerIds, now }));

/** For writers that put the entries into a statement of their own. */
export const createAuditEntries = (
  event: Omit<AuditEvent, "customerId">,
  { customerIds, now }: { readonly customerIds: readonly string[]; readonly now: Date },
): readonly NewAuditEntry[] =>
  (customerIds.length === 0 ? [null] : customerIds).map((customerId) =>
    createAuditEntry({ ...event, customerId }, now),
  );

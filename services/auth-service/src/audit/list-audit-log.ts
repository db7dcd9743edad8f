import type { AuditEntryBody, AuditRecord } from "@roundtrip/contracts/auth/audit-log";
import { Problem } from "@roundtrip/http-problem/problem";
import { formatAuditCursor, parseAuditCursor } from "./audit-cursor.rules.ts";
import { listRecords, type StoredRecord } from "./audit-log.store.ts";
import { type SealDeps, sealAuditLog } from "./seal-audit-log.ts";

interface AuditLogQuery {
  readonly limit?: string;
  readonly after?: string;
  readonly action?: string;
  readonly since?: string;
  readonly until?: string;
}

const sizeDefault = 50;

/** Newest first, with everything that was committed before the call. Throws `invalid_request` for a cursor that is not ours. */
export const listAuditLog = async (
  deps: SealDeps,
  chainId: string,
  query: AuditLogQuery,
): Promise<{ data: AuditRecord[]; next: string | null }> => {
  const size = query.limit === undefined ? sizeDefault : Number(query.limit);
  const before = query.after === undefined ? null : readCursor(query.after);
  await sealAuditLog(deps, chainId);
  const found = await listRecords(deps.db, chainId, {
    action: query.action ?? null,
    since: query.since ?? null,
    until: query.until ?? null,
    before,
    // The one too many says that there is a next page.
    rowsMax: size + 1,
  });
  const shown = found.slice(0, size);
  const last = shown.at(-1);
  return { data: shown.map(asRecord), next: last && found.length > size ? formatAuditCursor(last.position) : null };
};

const readCursor = (after: string): number => {
  const position = parseAuditCursor(after);
  if (position !== null) return position;
  const member = { loc: ["query", "after"], msg: "must be the `next` of a page", type: "invalid_format" };
  throw new Problem("invalid_request", { detail: [member] });
};

const asRecord = ({ position, hash, body }: StoredRecord): AuditRecord => {
  // Written by `record-audit.ts`.
  const entry: AuditEntryBody = JSON.parse(body);
  return { position, hash, entry };
};

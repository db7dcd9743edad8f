import { Type } from "typebox";
import { Closed, Instant, Streamed } from "../formats.ts";
import { operation } from "../operation.ts";

/**
 * The lines of an export, each one JSON object. `hash` is SHA-256 (hex) of the hash before, a line feed and `body`; the hash
 * before the first entry of all is SHA-256 of the chain's id. Nothing else is needed to verify it:
 *
 * - `{"chain", "position", "hash"}`: where the export begins, which is after this position. 0 for a chain from its start.
 * - `{"position", "hash", "body"}`: one entry; `body` is the very text that was hashed, itself JSON (`AuditEntryBody`).
 * - `{"end": true, "position", "hash"}`: the last entry's again. Without it the export was cut.
 */
export const auditLogExport = {
  description:
    "Oldest first, of any size. The first line says where the chain begins: the position and hash before the first entry. Each entry follows with the exact text that its hash is over; the last line repeats where the chain stood. `since` and `until` cut at positions: the lines between the first and the last entry of that time are all there.",
  query: Closed({ since: Type.Optional(Instant), until: Type.Optional(Instant) }),
  responses: { 200: Streamed("application/x-ndjson") },
} as const;

export const exportAuditLog = operation({
  id: "exportAuditLog",
  service: "auth",
  method: "GET",
  path: "/v2/audit-log/export",
  summary: "The audit log as JSON lines",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  problems: [],
  ...auditLogExport,
});

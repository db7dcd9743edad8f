import { Type } from "typebox";
import { Closed, Instant, Streamed } from "../formats.ts";
import { operation } from "../operation.ts";

export const exportAuditLog = operation({
  id: "exportAuditLog",
  service: "auth",
  method: "GET",
  path: "/v2/audit-log/export",
  summary: "The audit log as JSON lines",
  description:
    "Oldest first, of any size. The first line says where the chain begins: the position and hash before the first entry.",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  query: Closed({ since: Type.Optional(Instant), until: Type.Optional(Instant) }),
  responses: { 200: Streamed("application/x-ndjson") },
  problems: [],
});

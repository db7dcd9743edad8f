import { operation } from "../operation.ts";
import { auditLogExport } from "./export-audit-log.http.ts";

export const exportPlatformAuditLog = operation({
  id: "exportPlatformAuditLog",
  service: "auth",
  method: "GET",
  path: "/v2/audit-log/platform/export",
  summary: "The installation's own audit log as JSON lines",
  access: { kind: "account", operator: true },
  dialect: "v2",
  problems: [],
  ...auditLogExport,
});

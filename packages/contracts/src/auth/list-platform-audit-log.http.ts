import { operation } from "../operation.ts";
import { auditLogPage } from "./list-audit-log.http.ts";

export const listPlatformAuditLog = operation({
  id: "listPlatformAuditLog",
  service: "auth",
  method: "GET",
  path: "/v2/audit-log/platform",
  summary: "What happened to the installation itself",
  description: "Newest first. Entries that belong to no customer: strangers who failed to sign in, signing keys.",
  access: { kind: "account", operator: true },
  dialect: "v2",
  problems: [],
  ...auditLogPage,
});

import { createExportAuditLogRoute, createExportPlatformAuditLogRoute } from "../audit/export-audit-log.route.ts";
import { createListAuditLogRoute, createListPlatformAuditLogRoute } from "../audit/list-audit-log.route.ts";
import type { AuthDeps } from "../deps.ts";
import type { RouteGroup } from "./route-group.ts";

/** The audit log. */
export const auditRoutes = (deps: AuthDeps): RouteGroup => ({
  public: [],
  account: [createListPlatformAuditLogRoute(deps), createExportPlatformAuditLogRoute(deps)],
  workspace: [createListAuditLogRoute(deps), createExportAuditLogRoute(deps)],
});

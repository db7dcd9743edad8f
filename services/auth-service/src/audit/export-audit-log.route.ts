import { exportAuditLog as operation } from "@roundtrip/contracts/auth/export-audit-log.http";
import { exportPlatformAuditLog } from "@roundtrip/contracts/auth/export-platform-audit-log.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type ExportDeps, exportAuditLog } from "./export-audit-log.ts";
import { platformChainId } from "./record-audit.ts";

const headers = {
  "content-type": "application/x-ndjson",
  "content-disposition": 'attachment; filename="audit-log.jsonl"',
};

export const createExportAuditLogRoute = (deps: ExportDeps): Route =>
  route(operation, async ({ query, caller, address, requestId }) => ({
    status: 200,
    headers,
    body: await exportAuditLog(deps, {
      chainId: caller.customerId,
      accountId: caller.actor.id,
      since: query.since ?? null,
      until: query.until ?? null,
      source: { address, requestId },
    }),
  }));

export const createExportPlatformAuditLogRoute = (deps: ExportDeps): Route =>
  route(exportPlatformAuditLog, async ({ query, caller, address, requestId }) => ({
    status: 200,
    headers,
    body: await exportAuditLog(deps, {
      chainId: platformChainId,
      accountId: caller.accountId,
      since: query.since ?? null,
      until: query.until ?? null,
      source: { address, requestId },
    }),
  }));

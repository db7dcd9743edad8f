import { listAuditLog as operation } from "@roundtrip/contracts/auth/list-audit-log.http";
import { listPlatformAuditLog } from "@roundtrip/contracts/auth/list-platform-audit-log.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { listAuditLog } from "./list-audit-log.ts";
import { platformChainId } from "./record-audit.ts";
import type { SealDeps } from "./seal-audit-log.ts";

export const createListAuditLogRoute = (deps: SealDeps): Route =>
  route(operation, async ({ query, caller }) => ({
    status: 200,
    body: await listAuditLog(deps, caller.customerId, query),
  }));

export const createListPlatformAuditLogRoute = (deps: SealDeps): Route =>
  route(listPlatformAuditLog, async ({ query }) => ({
    status: 200,
    body: await listAuditLog(deps, platformChainId, query),
  }));

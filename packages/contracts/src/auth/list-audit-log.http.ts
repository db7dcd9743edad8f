import { Type } from "typebox";
import { Closed, Instant, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { AuditActionName, AuditRecord } from "./audit-log.ts";

export const auditLogPage = {
  query: Closed({
    ...PageQuery,
    action: Type.Optional(AuditActionName),
    since: Type.Optional(Instant),
    until: Type.Optional(Instant),
  }),
  responses: { 200: Page(AuditRecord) },
} as const;

export const listAuditLog = operation({
  id: "listAuditLog",
  service: "auth",
  method: "GET",
  path: "/v2/audit-log",
  summary: "Who did what, when and from where",
  description: "Newest first. Entries of the customer; `position` and `hash` are their places in its chain.",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  problems: [],
  ...auditLogPage,
});

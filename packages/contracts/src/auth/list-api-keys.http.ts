import { Closed, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { ApiKeyObject } from "./api-key.ts";

export const listApiKeys = operation({
  id: "listApiKeys",
  service: "auth",
  method: "GET",
  path: "/v2/api-keys",
  summary: "List the customer's API keys, newest first",
  description: "Of both workspaces, without the revoked ones. `last_used_at` is exact to about a minute.",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  query: Closed(PageQuery),
  responses: { 200: Page(ApiKeyObject) },
  problems: [],
});

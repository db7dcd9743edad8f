import { Closed, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { Webhook } from "./webhook.ts";

export const listWebhooks = operation({
  id: "listWebhooks",
  service: "notify",
  method: "GET",
  path: "/v2/webhooks",
  summary: "The workspace's webhooks, oldest first",
  access: { kind: "workspace", scope: "webhooks:read", role: "viewer" },
  dialect: "v2",
  query: Closed(PageQuery),
  responses: { 200: Page(Webhook) },
  problems: [],
});

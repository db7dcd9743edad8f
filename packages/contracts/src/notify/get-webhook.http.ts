import { operation } from "../operation.ts";
import { Webhook, WebhookPath } from "./webhook.ts";

export const getWebhook = operation({
  id: "getWebhook",
  service: "notify",
  method: "GET",
  path: "/v2/webhooks/:webhook_id",
  summary: "One webhook",
  access: { kind: "workspace", scope: "webhooks:read", role: "viewer" },
  dialect: "v2",
  params: WebhookPath,
  responses: { 200: Webhook },
  problems: ["webhook_not_found"],
});

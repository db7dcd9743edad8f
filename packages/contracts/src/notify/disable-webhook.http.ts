import { operation } from "../operation.ts";
import { Webhook, WebhookPath } from "./webhook.ts";

export const disableWebhook = operation({
  id: "disableWebhook",
  service: "notify",
  method: "POST",
  path: "/v2/webhooks/:webhook_id/disable",
  summary: "Disable a webhook",
  description: "Sends nothing from now on. Deliveries that are still open are given up and listed as `failed`.",
  access: { kind: "workspace", scope: "webhooks:write", role: "admin" },
  dialect: "v2",
  params: WebhookPath,
  responses: { 200: Webhook },
  problems: ["webhook_not_found"],
});

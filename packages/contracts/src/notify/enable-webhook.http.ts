import { operation } from "../operation.ts";
import { Webhook, WebhookPath } from "./webhook.ts";

export const enableWebhook = operation({
  id: "enableWebhook",
  service: "notify",
  method: "POST",
  path: "/v2/webhooks/:webhook_id/enable",
  summary: "Enable a webhook",
  description: "Sends events from now on; what was missed stays missed.",
  access: { kind: "workspace", scope: "webhooks:write", role: "admin" },
  dialect: "v2",
  params: WebhookPath,
  responses: { 200: Webhook },
  problems: ["webhook_not_found"],
});

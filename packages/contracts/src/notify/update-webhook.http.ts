import { operation } from "../operation.ts";
import { Webhook, WebhookChanges, WebhookPath } from "./webhook.ts";

export const updateWebhook = operation({
  id: "updateWebhook",
  service: "notify",
  method: "PATCH",
  path: "/v2/webhooks/:webhook_id",
  summary: "Change a webhook",
  description: "Members left out stay as they are. Deliveries that are still open go to the new URL.",
  access: { kind: "workspace", scope: "webhooks:write", role: "admin" },
  dialect: "v2",
  params: WebhookPath,
  body: WebhookChanges,
  responses: { 200: Webhook },
  problems: ["webhook_not_found", "webhook_refused"],
});

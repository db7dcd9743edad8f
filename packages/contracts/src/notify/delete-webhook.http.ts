import { operation } from "../operation.ts";
import { WebhookPath } from "./webhook.ts";

export const deleteWebhook = operation({
  id: "deleteWebhook",
  service: "notify",
  method: "DELETE",
  path: "/v2/webhooks/:webhook_id",
  summary: "Delete a webhook",
  description:
    "Deliveries that are still open are given up and listed as `failed`; a request under way is not called back.",
  access: { kind: "workspace", scope: "webhooks:write", role: "admin" },
  dialect: "v2",
  params: WebhookPath,
  responses: { 204: null },
  problems: ["webhook_not_found"],
});

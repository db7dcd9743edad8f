import { operation } from "../operation.ts";
import { CreatedWebhook, NewWebhook } from "./webhook.ts";

export const createWebhook = operation({
  id: "createWebhook",
  service: "notify",
  method: "POST",
  path: "/v2/webhooks",
  summary: "Subscribe a URL to events",
  description:
    "Requests are signed as Standard Webhooks has it; the secret is in this answer and never again. The URL is checked " +
    "now and at every attempt: only public addresses, only https in a live workspace.",
  access: { kind: "workspace", scope: "webhooks:write", role: "admin" },
  dialect: "v2",
  body: NewWebhook,
  responses: { 201: CreatedWebhook },
  problems: ["webhook_refused", "webhook_limit_reached"],
});

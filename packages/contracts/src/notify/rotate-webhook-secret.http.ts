import { Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { WebhookPath, WebhookSecretText } from "./webhook.ts";

export const rotateWebhookSecret = operation({
  id: "rotateWebhookSecret",
  service: "notify",
  method: "POST",
  path: "/v2/webhooks/:webhook_id/rotate-secret",
  summary: "Make a new secret",
  description:
    "During the overlap (up to 7 days; 0 is none) every request carries two signatures, the new one first. A second rotation within " +
    "the overlap ends it for the oldest secret.",
  access: { kind: "workspace", scope: "webhooks:write", role: "admin" },
  dialect: "v2",
  params: WebhookPath,
  body: Closed({ overlap_seconds: Type.Integer({ minimum: 0, maximum: 604_800 }) }),
  responses: {
    201: Closed({ webhook_id: Uuid, secret: WebhookSecretText, previous_retires_at: Nullable(Instant) }),
  },
  problems: ["webhook_not_found"],
});

import { Type } from "typebox";
import { Closed, Instant, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { Delivery, DeliveryStatus } from "./delivery.ts";
import { WebhookPath } from "./webhook.ts";

export const listDeliveries = operation({
  id: "listDeliveries",
  service: "notify",
  method: "GET",
  path: "/v2/webhooks/:webhook_id/deliveries",
  summary: "A webhook's deliveries, newest first",
  access: { kind: "workspace", scope: "webhooks:read", role: "viewer" },
  dialect: "v2",
  params: WebhookPath,
  /** `since`: created at this instant or later. */
  query: Closed({ ...PageQuery, status: Type.Optional(DeliveryStatus), since: Type.Optional(Instant) }),
  responses: { 200: Page(Delivery) },
  problems: ["webhook_not_found"],
});

import type { Operation } from "../operation.ts";
import { createWebhook } from "./create-webhook.http.ts";
import { deleteWebhook } from "./delete-webhook.http.ts";
import { disableWebhook } from "./disable-webhook.http.ts";
import { enableWebhook } from "./enable-webhook.http.ts";
import { getDelivery } from "./get-delivery.http.ts";
import { getWebhook } from "./get-webhook.http.ts";
import { listDeliveries } from "./list-deliveries.http.ts";
import { listEventTypes } from "./list-event-types.http.ts";
import { listWebhooks } from "./list-webhooks.http.ts";
import { rotateWebhookSecret } from "./rotate-webhook-secret.http.ts";
import { updateWebhook } from "./update-webhook.http.ts";

/** Every HTTP operation of notify-service. */
export const notifyOperations = [
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  enableWebhook,
  disableWebhook,
  rotateWebhookSecret,
  listDeliveries,
  getDelivery,
  listEventTypes,
] as const satisfies readonly Operation[];

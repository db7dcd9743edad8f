import type { Webhook as WebhookView } from "@roundtrip/contracts/notify/webhook";

/** A webhook as it lies in its row. */
export interface StoredWebhook {
  readonly webhookId: string;
  readonly url: string;
  readonly description: string | null;
  readonly eventTypes: readonly string[];
  readonly surveys: readonly string[];
  readonly payload: string;
  readonly maxInFlight: number;
  readonly timeoutMs: number;
  readonly state: string;
  readonly disabledReason: string | null;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** As the outside world sees it. */
export const viewWebhook = (webhook: StoredWebhook): WebhookView => ({
  webhook_id: webhook.webhookId,
  url: webhook.url,
  description: webhook.description,
  event_types: [...webhook.eventTypes],
  surveys: [...webhook.surveys],
  format: "standard",
  payload: webhook.payload === "full" ? "full" : "thin",
  max_in_flight: webhook.maxInFlight,
  timeout_ms: webhook.timeoutMs,
  state: webhook.state === "enabled" ? "enabled" : "disabled",
  disabled_reason: disabledReason(webhook),
  failing_since: webhook.failingSince?.toISOString() ?? null,
  created_at: webhook.createdAt.toISOString(),
  updated_at: webhook.updatedAt.toISOString(),
});

const disabledReason = ({ state, disabledReason }: StoredWebhook): WebhookView["disabled_reason"] => {
  if (state === "enabled") return null;
  return disabledReason === "gone" ? "gone" : "manual";
};

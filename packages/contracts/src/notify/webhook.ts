import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Text, Uuid } from "../formats.ts";

/** More than anyone needs, few enough that planning an event stays cheap. */
export const webhooksPerWorkspaceMax = 100;

/** An event type (`session.completed`), all of one noun (`session.*`), or everything (`*`). */
const EventTypePattern = Type.String({ pattern: "^(\\*|[a-z]+\\.(\\*|[a-z_]+))$", maxLength: 64 });

const WebhookState = Type.Union([Type.Literal("enabled"), Type.Literal("disabled")]);

/** `gone`: the receiver answered 410. `manual`: somebody disabled it. */
const DisabledReason = Type.Union([Type.Literal("gone"), Type.Literal("manual")]);

/** `thin`: ids, status and sequence. `full`: with the submission, where the event has one. */
const WebhookPayload = Type.Union([Type.Literal("thin"), Type.Literal("full")]);

const bounds = {
  url: Text(2_048),
  description: Nullable(Text(512)),
  event_types: Type.Array(EventTypePattern, { minItems: 1, maxItems: 50, uniqueItems: true }),
  surveys: Type.Array(Text(128), { maxItems: 100, uniqueItems: true }),
  max_in_flight: Type.Integer({ minimum: 1, maximum: 8 }),
  timeout_ms: Type.Integer({ minimum: 500, maximum: 15_000 }),
};

export const NewWebhook = Closed({
  /** http or https, https only in a live workspace; must lead to a public address. */
  url: bounds.url,
  description: Type.Optional(bounds.description),
  event_types: bounds.event_types,
  /** Slugs or ids; left out or empty means every survey, and events that belong to no survey. */
  surveys: Type.Optional(bounds.surveys),
  format: Type.Optional(Type.Literal("standard")),
  payload: Type.Optional(WebhookPayload),
  max_in_flight: Type.Optional(bounds.max_in_flight),
  timeout_ms: Type.Optional(bounds.timeout_ms),
});
export type NewWebhook = Static<typeof NewWebhook>;

export const WebhookChanges = Closed({
  url: Type.Optional(bounds.url),
  description: Type.Optional(bounds.description),
  event_types: Type.Optional(bounds.event_types),
  surveys: Type.Optional(bounds.surveys),
  payload: Type.Optional(WebhookPayload),
  max_in_flight: Type.Optional(bounds.max_in_flight),
  timeout_ms: Type.Optional(bounds.timeout_ms),
});
export type WebhookChanges = Static<typeof WebhookChanges>;

const members = {
  webhook_id: Uuid,
  url: Type.String(),
  description: Nullable(Type.String()),
  event_types: Type.Array(Type.String()),
  surveys: Type.Array(Type.String()),
  format: Type.Literal("standard"),
  payload: WebhookPayload,
  max_in_flight: Type.Integer(),
  timeout_ms: Type.Integer(),
  state: WebhookState,
  disabled_reason: Nullable(DisabledReason),
  /** Since when nothing but failures came back; null while it works. */
  failing_since: Nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
};

export const Webhook = Closed(members);
export type Webhook = Static<typeof Webhook>;

/** `whsec_` and base64, as Standard Webhooks has it. Shown this once. */
export const WebhookSecretText = Type.String({ pattern: "^whsec_[A-Za-z0-9+/]+=*$" });

export const CreatedWebhook = Closed({ ...members, secret: WebhookSecretText });
export const WebhookPath = Closed({ webhook_id: Uuid });

import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";

/**
 * `pending`: not sent yet, or waiting for its next attempt. `delivered`: answered with 2xx. `exhausted`: every attempt of
 * the schedule failed. `failed`: given up before that, because the webhook was disabled or deleted.
 */
export const deliveryStatuses = ["pending", "delivered", "failed", "exhausted"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];
export const DeliveryStatus = Type.Union([
  Type.Literal("pending"),
  Type.Literal("delivered"),
  Type.Literal("failed"),
  Type.Literal("exhausted"),
]);

const Attempt = Closed({
  /** When the request began. */
  at: Instant,
  /** Null when no answer came. */
  status_code: Nullable(Type.Integer()),
  duration_ms: Type.Integer({ minimum: 0 }),
  /** The first 4 KB of the answer's body. */
  response_head: Nullable(Type.String()),
  /** A stable word for what went wrong; null when nothing did. */
  error: Nullable(Type.String()),
});

export const Delivery = Closed({
  delivery_id: Uuid,
  event_id: Uuid,
  webhook_id: Uuid,
  type: Type.String(),
  status: DeliveryStatus,
  next_attempt_at: Nullable(Instant),
  created_at: Instant,
  /** Oldest first. */
  attempts: Type.Array(Attempt),
});
export type Delivery = Static<typeof Delivery>;

import type { Delivery } from "@roundtrip/contracts/notify/delivery";
import type { Sql } from "@roundtrip/database/database";
import { type AttemptRow, type DeliveryRow, listAttempts } from "./delivery.store.ts";

/** Deliveries with their attempts, as the outside world sees them. */
export const viewDeliveries = async (sql: Sql, rows: readonly DeliveryRow[]): Promise<Delivery[]> => {
  const attempts =
    rows.length === 0
      ? []
      : await listAttempts(
          sql,
          rows.map((row) => row.deliveryId),
        );
  return rows.map((row) => ({
    delivery_id: row.deliveryId,
    event_id: row.eventId,
    webhook_id: row.webhookId,
    type: row.type,
    status: row.status,
    next_attempt_at: row.nextAttemptAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    attempts: attempts.filter((attempt) => attempt.deliveryId === row.deliveryId).map(viewAttempt),
  }));
};

const viewAttempt = (attempt: AttemptRow): Delivery["attempts"][number] => ({
  at: attempt.at.toISOString(),
  status_code: attempt.statusCode,
  duration_ms: attempt.durationMs,
  response_head: attempt.responseHead,
  error: attempt.error,
});

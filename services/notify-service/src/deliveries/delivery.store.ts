import { type Sql, statement } from "@roundtrip/database/database";

/** A delivery for reading, wherever it lies. */
export interface DeliveryRow {
  readonly deliveryId: string;
  readonly eventId: string;
  readonly webhookId: string;
  readonly type: string;
  readonly status: "pending" | "delivered" | "failed" | "exhausted";
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
}

const columns = `delivery_id AS "deliveryId", event_id AS "eventId", webhook_id AS "webhookId", type`;

export interface DeliveryFilter {
  readonly workspaceId: string;
  readonly webhookId: string;
  readonly status: DeliveryRow["status"] | null;
  /** RFC 3339. */
  readonly since: string | null;
  readonly after: string | null;
  readonly take: number;
}

const list = statement<DeliveryRow>(
  "delivery-list",
  `(SELECT ${columns}, 'pending' AS status, next_attempt_at AS "nextAttemptAt", created_at AS "createdAt"
    FROM deliveries
    WHERE webhook_id = $1 AND workspace_id = $2 AND ($3::text IS NULL OR $3 = 'pending')
      AND ($4::timestamptz IS NULL OR created_at >= $4) AND ($5::uuid IS NULL OR delivery_id < $5)
    ORDER BY delivery_id DESC LIMIT $6)
   UNION ALL
   (SELECT ${columns}, status, NULL, created_at
    FROM deliveries_done
    WHERE webhook_id = $1 AND workspace_id = $2 AND ($3::text IS NULL OR $3 = status)
      AND ($4::timestamptz IS NULL OR created_at >= $4) AND ($5::uuid IS NULL OR delivery_id < $5)
    ORDER BY delivery_id DESC LIMIT $6)
   ORDER BY "deliveryId" DESC LIMIT $6`,
);

/** Newest first. */
export const listDeliveries = (sql: Sql, filter: DeliveryFilter): Promise<DeliveryRow[]> =>
  sql.query(list, [filter.webhookId, filter.workspaceId, filter.status, filter.since, filter.after, filter.take]);

const find = statement<DeliveryRow>(
  "delivery-find",
  `SELECT ${columns}, 'pending' AS status, next_attempt_at AS "nextAttemptAt", created_at AS "createdAt"
   FROM deliveries WHERE delivery_id = $1 AND workspace_id = $2
   UNION ALL
   SELECT ${columns}, status, NULL, created_at FROM deliveries_done WHERE delivery_id = $1 AND workspace_id = $2`,
);

export const findDelivery = async (sql: Sql, workspaceId: string, deliveryId: string): Promise<DeliveryRow | null> => {
  const [row] = await sql.query(find, [deliveryId, workspaceId]);
  return row ?? null;
};

export interface AttemptRow {
  readonly deliveryId: string;
  readonly at: Date;
  readonly statusCode: number | null;
  readonly durationMs: number;
  readonly responseHead: string | null;
  readonly error: string | null;
}

const attempts = statement<AttemptRow>(
  "delivery-attempts",
  `SELECT delivery_id AS "deliveryId", at, status_code AS "statusCode", duration_ms AS "durationMs",
     response_head AS "responseHead", error
   FROM delivery_attempts WHERE delivery_id = ANY($1::uuid[]) ORDER BY delivery_id, attempt`,
);

/** Of deliveries that the caller has found in the right workspace; oldest first within each. */
export const listAttempts = (sql: Sql, deliveryIds: readonly string[]): Promise<AttemptRow[]> =>
  sql.query(attempts, [deliveryIds]);

import { statement, type Tx } from "@roundtrip/database/database";

export interface NewEventRow {
  readonly eventId: string;
  readonly workspaceId: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly submissionId: string | null;
  readonly body: string;
}

export interface NewDeliveryRow {
  readonly deliveryId: string;
  readonly eventId: string;
  readonly webhookId: string;
  readonly workspaceId: string;
  readonly type: string;
  readonly shard: number;
}

export interface PlannedRow {
  readonly id: string;
  readonly deliveryId: string;
  readonly createdAt: Date;
}

/** Every instant is `now()`, the start of the transaction: that is how a delivery finds the partition of its event. */
const insert = statement<PlannedRow>(
  "plan-insert",
  `WITH new_events AS (
     INSERT INTO events (event_id, workspace_id, type, occurred_at, submission_id, body)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[], $6::text[]))
   INSERT INTO deliveries (delivery_id, event_id, webhook_id, workspace_id, type, shard)
   SELECT * FROM unnest($7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[], $11::text[], $12::smallint[])
   RETURNING id, delivery_id AS "deliveryId", created_at AS "createdAt"`,
);

/** Events and their deliveries in one statement. Answers the deliveries, in no particular order. */
export const insertPlan = (
  tx: Tx,
  events: readonly NewEventRow[],
  deliveries: readonly NewDeliveryRow[],
): Promise<PlannedRow[]> =>
  tx.query(insert, [
    events.map((row) => row.eventId),
    events.map((row) => row.workspaceId),
    events.map((row) => row.type),
    events.map((row) => row.occurredAt),
    events.map((row) => row.submissionId),
    events.map((row) => row.body),
    deliveries.map((row) => row.deliveryId),
    deliveries.map((row) => row.eventId),
    deliveries.map((row) => row.webhookId),
    deliveries.map((row) => row.workspaceId),
    deliveries.map((row) => row.type),
    deliveries.map((row) => row.shard),
  ]);

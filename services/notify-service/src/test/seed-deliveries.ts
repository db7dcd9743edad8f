import { type Database, statement } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import { shardOf } from "../deliveries/shard.rules.ts";
import { insertPlan } from "../events/plan.store.ts";
import { insertWebhook } from "../webhooks/webhook.store.ts";

export interface SeededWebhook {
  readonly webhookId: string;
  readonly workspaceId: string;
  readonly shard: number;
}

/** A webhook's row, without a secret: for tests of what lies below the engine. */
export const seedWebhook = async (db: Database): Promise<SeededWebhook> => {
  const webhookId = uuidv7();
  const workspaceId = uuidv7();
  await db.transaction((tx) =>
    insertWebhook(tx, {
      webhookId,
      workspaceId,
      environment: "dev",
      url: "http://127.0.0.1:9/",
      description: null,
      eventTypes: ["*"],
      surveys: [],
      payload: "thin",
      maxInFlight: 8,
      timeoutMs: 1_000,
    }),
  );
  return { webhookId, workspaceId, shard: shardOf(webhookId) };
};

/** Planned deliveries, as the handler leaves them. Answers their ids, oldest first. */
export const seedDeliveries = async (
  db: Database,
  webhook: SeededWebhook,
  count: number,
): Promise<readonly string[]> => {
  const events = Array.from({ length: count }, () => uuidv7());
  const planned = await db.transaction((tx) =>
    insertPlan(
      tx,
      events.map((eventId) => ({
        eventId,
        workspaceId: webhook.workspaceId,
        type: "user.created",
        occurredAt: new Date().toISOString(),
        submissionId: null,
        body: `{"event":"${eventId}"}`,
      })),
      events.map((eventId) => ({ ...webhook, deliveryId: uuidv7(), eventId, type: "user.created" })),
    ),
  );
  return planned.map((row) => row.id).sort((one, other) => Number(one) - Number(other));
};

const postpone = statement(
  "test-postpone",
  `UPDATE deliveries SET attempt = $2, next_attempt_at = now() + $3 * interval '1 millisecond' WHERE id = ANY($1::bigint[])`,
);

/** As if `attempt` attempts had failed, with the next one due in `dueInMs`. */
export const seedRetries = async (
  db: Database,
  ids: readonly string[],
  retry: { readonly attempt: number; readonly dueInMs: number },
): Promise<void> => {
  await db.query(postpone, [ids, retry.attempt, retry.dueInMs]);
};

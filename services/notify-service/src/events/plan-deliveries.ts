import type { publicEvents } from "@roundtrip/contracts/public-events";
import type { Tx } from "@roundtrip/database/database";
import type { ReceivedEvent } from "@roundtrip/outbox/event-consumer";
import { uuidv7 } from "uuidv7";
import type { OpenDelivery } from "../deliveries/open-delivery.ts";
import { shardOf } from "../deliveries/shard.rules.ts";
import { type EventFacts, wantsEvent } from "../webhooks/webhook.rules.ts";
import { listEnabledWebhooks } from "../webhooks/webhook.store.ts";
import { thinBody } from "./event-body.rules.ts";
import { insertPlan, type NewDeliveryRow, type NewEventRow } from "./plan.store.ts";

export type PublicEvent = (typeof publicEvents)[number];

export interface PlanDeps {
  /** Public name of each event type. */
  readonly publicTypes: ReadonlyMap<string, string>;
  /** Called after the commit: the deliveries go straight to whoever sends them, without waiting to be found. */
  readonly handOver: (deliveries: readonly OpenDelivery[]) => void;
}

/**
 * Who wants these events? Writes each event, wanted or not, and one delivery per webhook that takes it, in the
 * transaction that records the events as seen: accepted and planned are one fact.
 */
export const planDeliveries = async (
  deps: PlanDeps,
  tx: Tx,
  received: readonly ReceivedEvent<PublicEvent>[],
): Promise<void> => {
  const events = received.map((event) => toRow(event, deps.publicTypes));
  const webhooks = await listEnabledWebhooks(tx, [...new Set(events.map(({ row }) => row.workspaceId))]);
  const deliveries = events.flatMap(({ row, facts }) =>
    webhooks
      .filter((webhook) => webhook.workspaceId === row.workspaceId && wantsEvent(webhook, facts))
      .map((webhook) => newDelivery(row, webhook.webhookId)),
  );
  const planned = await insertPlan(
    tx,
    events.map(({ row }) => row),
    deliveries,
  );
  const bodies = new Map(events.map(({ row }) => [row.eventId, row]));
  const ids = new Map(planned.map((row) => [row.deliveryId, row]));
  const open = deliveries.flatMap((delivery) => {
    const event = bodies.get(delivery.eventId);
    const row = ids.get(delivery.deliveryId);
    return event && row ? [toOpen(delivery, { ...event, ...row })] : [];
  });
  if (open.length > 0) tx.afterCommit(() => deps.handOver(open));
};

interface Planned {
  readonly row: NewEventRow;
  readonly facts: EventFacts;
}

const toRow = ({ envelope }: ReceivedEvent<PublicEvent>, publicTypes: PlanDeps["publicTypes"]): Planned => {
  const { data } = envelope;
  const type = publicTypes.get(envelope.type) ?? envelope.type;
  return {
    row: {
      eventId: envelope.id,
      workspaceId: envelope.workspaceid,
      type,
      occurredAt: envelope.time,
      submissionId: "submission_id" in data ? data.submission_id : null,
      body: thinBody({ publicType: type, occurredAt: envelope.time, data }),
    },
    facts: { type, survey: "survey_id" in data ? { slug: data.survey, surveyId: data.survey_id } : null },
  };
};

const newDelivery = (event: NewEventRow, webhookId: string): NewDeliveryRow => ({
  deliveryId: uuidv7(),
  eventId: event.eventId,
  webhookId,
  workspaceId: event.workspaceId,
  type: event.type,
  shard: shardOf(webhookId),
});

const toOpen = (
  delivery: NewDeliveryRow,
  facts: { readonly id: string; readonly createdAt: Date; readonly submissionId: string | null; readonly body: string },
): OpenDelivery => ({
  id: facts.id,
  deliveryId: delivery.deliveryId,
  eventId: delivery.eventId,
  eventCreatedAt: facts.createdAt,
  webhookId: delivery.webhookId,
  workspaceId: delivery.workspaceId,
  shard: delivery.shard,
  attempt: 0,
  submissionId: facts.submissionId,
  body: facts.body,
  fullBody: null,
});

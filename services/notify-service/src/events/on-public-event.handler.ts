import { publicEvents } from "@roundtrip/contracts/public-events";
import { createEventConsumer, type EventConsumerOptions } from "@roundtrip/outbox/event-consumer";
import type { Worker } from "@roundtrip/service-runner/service";
import { type PlanDeps, type PublicEvent, planDeliveries } from "./plan-deliveries.ts";

type Deps = Pick<EventConsumerOptions<PublicEvent>, "db" | "bus" | "log"> & Pick<PlanDeps, "handOver">;

const publicTypes = new Map<string, string>(publicEvents.map((event) => [event.type, event.publicType]));

/** Everything that customers can be told arrives here, at least once, and is planned exactly once. */
export const onPublicEvent = ({ handOver, ...deps }: Deps): Worker =>
  createEventConsumer({
    ...deps,
    durable: "notify-service-on-public-event",
    eventTypes: publicEvents,
    apply: (tx, events) => planDeliveries({ publicTypes, handOver }, tx, events),
  });

import type { NatsConnection } from "nats";
import { type BusLog, silentLog } from "./bus-log.ts";
import { BusUnavailable } from "./bus-unavailable.ts";
import type { EventBus, Subscription } from "./event-bus.ts";
import { NatsConnector, type NatsConnectorOptions, roundTrip } from "./nats-connector.ts";
import { publishEvent } from "./nats-publish.ts";
import { announce, listen, request, respond } from "./nats-requests.ts";
import { NatsStream, type StreamSettings } from "./nats-stream.ts";
import { NatsSubscription } from "./nats-subscription.ts";

/** Defaults: one copy of the stream, events kept for 7 days, message ids remembered for 2 minutes. */
export interface NatsEventBusOptions extends Omit<NatsConnectorOptions, "log">, Partial<StreamSettings> {
  readonly log?: BusLog;
}

/**
 * The event bus on NATS JetStream, server 2.9 or newer. Returns at once and connects in the background, for ever; until
 * there is a connection everything that needs one throws `BusUnavailable`.
 *
 * A JetStream acknowledgement is no durability: the server syncs to disk once a minute or less often. What must not be
 * lost is in the outbox; stream and durables are made again whenever they are found missing.
 */
export const openNatsEventBus = (options: NatsEventBusOptions): EventBus => {
  const { log = silentLog } = options;
  const connector = new NatsConnector({ ...options, log });
  const { replicas = 1, maxAgeMs = 7 * 86_400_000, duplicateWindowMs = 120_000 } = options;
  const stream = new NatsStream({ replicas, maxAgeMs, duplicateWindowMs }, log);
  const subscriptions = new Set<Subscription>();
  const keep = (subscription: Subscription): Subscription => {
    const kept = {
      close: async () => {
        subscriptions.delete(kept);
        await subscription.close();
      },
    };
    subscriptions.add(kept);
    return kept;
  };
  return {
    publish: (message) => publishEvent({ connector, stream, log }, message),
    subscribe: async (subscribeOptions, onBatch) => {
      const subscription = new NatsSubscription({ connector, stream, log, options: subscribeOptions, onBatch });
      const kept = keep(subscription);
      await subscription.ready();
      return kept;
    },
    request: (subject, body, timeoutMs) => request(connector, subject, { body, timeoutMs }),
    respond: async (subject, onRequest) => keep(await respond(connector, { subject, onRequest }, log)),
    announce: (subject, body) => announce(connector, { subject, body }, log),
    listen: async (subject, onMessage, { queue } = {}) =>
      keep(await listen(connector, { subject, queue, onMessage }, log)),
    streamPosition: () =>
      onBroker(connector, async (connection) => {
        const { created, state } = await stream.ensure(connection);
        return { createdAt: created, lastSequence: state.last_seq };
      }),
    check: () => onBroker(connector, roundTrip),
    close: async () => {
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      await connector.close();
    },
  };
};

/** Anything that goes wrong with the broker is one thing to callers. */
const onBroker = async <T>(connector: NatsConnector, work: (connection: NatsConnection) => Promise<T>): Promise<T> => {
  const connection = await connector.connected(Number.POSITIVE_INFINITY);
  try {
    return await work(connection);
  } catch (error) {
    throw new BusUnavailable({ cause: error });
  }
};

import { type BusLog, silentLog } from "./bus-log.ts";
import { BusUnavailable } from "./bus-unavailable.ts";
import type { EventBus, Subscription } from "./event-bus.ts";
import { InFlight } from "./in-flight.ts";
import { InProcessBroker } from "./in-process-broker.ts";
import { openInProcessSubscription } from "./in-process-subscription.ts";
import { shieldListener } from "./shield-listener.ts";

export interface InProcessEventBusOptions {
  /** Buses that are to hear each other share one. Default: a broker of its own. */
  readonly broker?: InProcessBroker;
  readonly log?: BusLog;
}

/**
 * The event bus of a single process: no broker to install, same semantics.
 *
 * Nothing survives the process; it is durable because the outbox is. The stream of every broker has a `createdAt` of its
 * own, so that after a restart the outbox sees another stream and publishes again what nobody has confirmed. A durable
 * that subscribes late gets what was published before, as far as it is kept (10,000 messages, see `Retention`).
 */
export const createInProcessEventBus = (options: InProcessEventBusOptions = {}): EventBus => {
  const { broker = new InProcessBroker(), log = silentLog } = options;
  const subscriptions = new Set<Subscription>();
  let isClosed = false;
  const assertOpen = () => {
    if (isClosed) throw new BusUnavailable({ cause: new Error("the bus is closed") });
    broker.assertRunning();
  };
  const keep = (close: () => Promise<void>): Subscription => {
    const subscription = {
      close: async () => {
        subscriptions.delete(subscription);
        await close();
      },
    };
    subscriptions.add(subscription);
    return subscription;
  };
  return {
    publish: async (message) => {
      assertOpen();
      broker.publish(message);
    },
    subscribe: async (subscribeOptions, onBatch) => {
      const subscription = openInProcessSubscription({ broker, log, options: subscribeOptions, onBatch });
      return keep(() => subscription.close());
    },
    request: async (subject, body, timeoutMs) => {
      assertOpen();
      return broker.request(subject, body, timeoutMs);
    },
    respond: async (subject, onRequest) => {
      const inFlight = new InFlight();
      const off = broker.respond({ subject, onRequest: (body) => inFlight.run(async () => onRequest(body)) });
      return keep(async () => {
        off();
        await inFlight.settled();
      });
    },
    announce: (subject, body) => {
      if (!isClosed) broker.announce(subject, body);
    },
    listen: async (subject, onMessage, { queue } = {}) => {
      const off = broker.listen({ subject, queue: queue ?? null, onMessage: shieldListener(subject, onMessage, log) });
      return keep(async () => off());
    },
    streamPosition: async () => {
      assertOpen();
      return broker.position();
    },
    check: async () => assertOpen(),
    close: async () => {
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
      isClosed = true;
    },
  };
};

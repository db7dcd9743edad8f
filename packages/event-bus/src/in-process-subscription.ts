import { setImmediate as nextTurn } from "node:timers/promises";
import type { BusLog } from "./bus-log.ts";
import type { OnBatch, SubscribeOptions, Subscription } from "./event-bus.ts";
import type { InProcessBroker } from "./in-process-broker.ts";
import { judgeBatch } from "./judge-batch.ts";
import { defaultAckWaitMs, defaultBatchSizeMax } from "./subscribe-defaults.ts";

interface Consuming {
  readonly broker: InProcessBroker;
  readonly log: BusLog;
  readonly options: SubscribeOptions;
  readonly onBatch: OnBatch;
}

/** Takes and settles batches, one at a time, until it is closed. */
export const openInProcessSubscription = (consuming: Consuming): Subscription => {
  const closing = new AbortController();
  const consumed = consume(consuming, closing.signal);
  return {
    close: async () => {
      closing.abort();
      consuming.broker.wake();
      await consumed;
    },
  };
};

const consume = async ({ broker, log, options, onBatch }: Consuming, closing: AbortSignal): Promise<void> => {
  const { durable: name, subjects, batchSizeMax = defaultBatchSizeMax, ackWaitMs = defaultAckWaitMs } = options;
  while (!closing.aborted) {
    // Asked for anew each time: a broker that lost its disk has another durable of that name.
    const durable = broker.isRunning ? broker.durable(name) : null;
    const deliveries = durable?.take({ subjects, batchSizeMax, ackWaitMs }) ?? [];
    if (durable === null || deliveries.length === 0) {
      await untilWork(broker, durable?.nextDueAt ?? null);
      continue;
    }
    const messages = deliveries.map((delivery) => delivery.message);
    const verdicts = await judgeBatch(messages, onBatch, { durable: name, log });
    for (const [index, { sequence }] of deliveries.entries()) {
      const verdict = verdicts[index];
      if (verdict) durable.settle(sequence, verdict);
    }
    // The other subscribers of the durable may now have to wake earlier than they thought.
    broker.wake();
    // Handlers that never wait for I/O would otherwise keep everything else in the process from running.
    await nextTurn();
  }
};

const untilWork = (broker: InProcessBroker, dueAt: number | null): Promise<void> =>
  new Promise((resolve) => {
    const timer = dueAt === null ? undefined : setTimeout(wake, Math.max(0, dueAt - Date.now()));
    const off = broker.onWork(wake);
    function wake() {
      clearTimeout(timer);
      off();
      resolve();
    }
  });

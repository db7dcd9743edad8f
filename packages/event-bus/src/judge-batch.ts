import type { BusLog } from "./bus-log.ts";
import type { IncomingEvent, OnBatch, Verdict } from "./event-bus.ts";

const firstDelayMs = 1_000;
const delayMaxMs = 30_000;

/** 1, 2, 4, 8, 16 and then 30 s for ever: what a handler's throw costs a message. `deliveryCount` is 1 at first. */
export const redeliveryDelayMs = (deliveryCount: number): number =>
  Math.min(delayMaxMs, firstDelayMs * 2 ** (deliveryCount - 1));

/** The handler's verdicts, one for each message. A throw, or a wrong number of verdicts, brings all of them again. */
export const judgeBatch = async (
  batch: readonly IncomingEvent[],
  onBatch: OnBatch,
  trouble: { readonly durable: string; readonly log: BusLog },
): Promise<readonly Verdict[]> => {
  try {
    const verdicts = await onBatch(batch);
    if (verdicts.length === batch.length) return verdicts;
    throw new Error(`${verdicts.length} verdicts for ${batch.length} messages`);
  } catch (error) {
    trouble.log.warn({ err: error, durable: trouble.durable, batchSize: batch.length }, "a batch comes again");
    return batch.map((message) => ({ kind: "retry", delayMs: redeliveryDelayMs(message.deliveryCount) }));
  }
};

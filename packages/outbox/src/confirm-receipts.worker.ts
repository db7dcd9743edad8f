import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { confirmRows } from "./outbox.store.ts";
import type { RelayDeps } from "./relay-outbox.worker.ts";

/** What a consumer sends after its commit. */
const ReceiptBody = Type.Object({
  durable: Type.String(),
  event_ids: Type.Array(Type.String({ format: "uuid" }), { maxItems: 1_000 }),
});
const receiptBody = Compile(ReceiptBody);

const flushMs = 20;

/** Gathers receipts for 20 ms and confirms their rows. A receipt that is lost here is made good by the relay's sweep. */
export const createReceiptsWorker = (deps: RelayDeps & { readonly receipts: string }): Worker => ({
  name: `${deps.service}-outbox-receipts`,
  run: async (signal) => {
    const waiting = new Map<string, Set<string>>();
    const onReceipt = (body: string) => {
      const receipt = parseReceipt(body);
      if (!receipt) return deps.log.warn({ body: body.slice(0, 200) }, "a receipt cannot be read");
      const ids = waiting.get(receipt.durable) ?? new Set();
      for (const eventId of receipt.event_ids) ids.add(eventId);
      waiting.set(receipt.durable, ids);
    };
    const subscription = await deps.bus.listen(deps.receipts, onReceipt, { queue: deps.service });
    try {
      while (!signal.aborted) {
        await pause(flushMs, signal);
        await flush(deps, waiting);
      }
      await flush(deps, waiting);
    } finally {
      await subscription.close();
    }
  },
});

const parseReceipt = (body: string) => {
  try {
    const value: unknown = JSON.parse(body);
    return receiptBody.Check(value) ? value : null;
  } catch {
    return null;
  }
};

const flush = async (deps: RelayDeps, waiting: Map<string, Set<string>>): Promise<void> => {
  for (const [durable, ids] of [...waiting]) {
    waiting.delete(durable);
    await confirmRows(deps.db, { durable, eventIds: [...ids] }, deps.needed);
  }
};

import { describe, expect, it } from "vitest";
import { silentLog } from "./bus-log.ts";
import type { IncomingEvent, OnBatch } from "./event-bus.ts";
import { judgeBatch, redeliveryDelayMs } from "./judge-batch.ts";

const message = (deliveryCount: number): IncomingEvent => ({
  subject: "survey.a.v1",
  body: "",
  headers: {},
  deliveryCount,
});
const judge = (onBatch: OnBatch, log = silentLog) =>
  judgeBatch([message(1), message(3)], onBatch, { durable: "on-a", log });

describe("redeliveryDelayMs", () => {
  it("doubles from 1 s to 30 s and stays there", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 1_000].map(redeliveryDelayMs)).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });
});

describe("judgeBatch", () => {
  it("gives the handler's verdicts back", async () => {
    const verdicts = [{ kind: "ack" }, { kind: "give_up" }] as const;
    expect(await judge(async () => verdicts)).toEqual(verdicts);
  });

  it("retries each message after the delay of its own delivery count when the handler throws, and logs why", async () => {
    const warned: object[] = [];
    const log = { ...silentLog, warn: (fields: object) => warned.push(fields) };
    const reason = new Error("away");
    expect(await judge(() => Promise.reject(reason), log)).toEqual([
      { kind: "retry", delayMs: 1_000 },
      { kind: "retry", delayMs: 4_000 },
    ]);
    expect(warned).toEqual([{ err: reason, durable: "on-a", batchSize: 2 }]);
  });

  it("retries everything when the verdicts are too few or too many", async () => {
    for (const count of [0, 1, 3]) {
      const verdicts = await judge(async () => Array.from({ length: count }, () => ({ kind: "ack" })));
      expect(verdicts.map((verdict) => verdict.kind)).toEqual(["retry", "retry"]);
    }
  });
});

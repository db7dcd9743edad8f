import { receiptSubject } from "@roundtrip/contracts/subjects";
import { statement } from "@roundtrip/database/database";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEventConsumer } from "./event-consumer.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { reconcileUnconfirmed } from "./relay-outbox.worker.ts";
import {
  deadLetters,
  durable,
  openParts,
  outboxRows,
  startWorkers,
  thingDone,
  withWorkers,
  workspaceId,
} from "./test/open-outbox.ts";

const options = { timeout: 5_000, interval: 10 };

describe("outbox", () => {
  const { database } = useTestDatabase("survey");
  let parts: ReturnType<typeof openParts>;
  let outbox: Outbox;
  const open = () => createOutbox({ ...parts, service: "survey-service", eventTypes: [thingDone] });
  const appendThing = (n: number) =>
    parts.db.transaction((tx) => outbox.append(tx, { type: thingDone, workspaceId, data: { n } }));

  beforeEach(() => {
    parts = openParts(database().url);
    outbox = open();
  });
  afterEach(async () => {
    await parts.db.query(statement("test-clear", "TRUNCATE outbox, inbox, inbox_dead, outbox_relay_state"), []);
    await parts.bus.close();
    await parts.db.close();
  });

  const consumer = (received: { n: number; body: string }[], fail?: (n: number) => boolean) =>
    createEventConsumer({
      ...parts,
      durable,
      eventTypes: [thingDone],
      apply: async (tx, events) => {
        for (const event of events) {
          const { n } = event.envelope.data;
          if (fail?.(n)) throw new Error("cannot be applied");
          tx.afterCommit(() => void received.push({ n, body: event.body }));
        }
      },
    });

  it("carries a committed fact to the consumer and is done when the receipt is back", async () => {
    const received: { n: number; body: string }[] = [];
    await withWorkers([...outbox.workers, consumer(received)], async () => {
      await appendThing(1);
      await vi.waitFor(async () => expect((await outboxRows(parts.db))[0]?.confirmed_at).toBeInstanceOf(Date), options);
    });
    const [row] = await outboxRows(parts.db);
    expect(received).toEqual([{ n: 1, body: row?.body }]);
    expect(row?.publish_count).toBe(1);
  });

  it("says nothing of a fact that was rolled back", async () => {
    const failing = parts.db.transaction(async (tx) => {
      await outbox.append(tx, { type: thingDone, workspaceId, data: { n: 2 } });
      throw new Error("rolled back");
    });
    await expect(failing).rejects.toThrow("rolled back");
    expect(await outboxRows(parts.db)).toEqual([]);
  });

  it("refuses data that does not fit the contract, and the fact with it", async () => {
    await expect(appendThing(1.5)).rejects.toThrow(/does not fit its contract at \/n/);
    expect(await outboxRows(parts.db)).toEqual([]);
  });

  it("publishes everything unconfirmed again, with the same bytes, when the broker lost its stream", async () => {
    const received: { n: number; body: string }[] = [];
    await withWorkers(outbox.workers, async () => {
      await appendThing(3);
      await vi.waitFor(async () => expect((await outboxRows(parts.db))[0]?.published_at).toBeInstanceOf(Date), options);
      parts.broker.loseDisk();
      await withWorkers([consumer(received)], async () => {
        await vi.waitFor(() => expect(received).toHaveLength(1), options);
      });
    });
    const [row] = await outboxRows(parts.db);
    expect(row?.publish_count).toBe(2);
    expect(received[0]?.body).toBe(row?.body);
    expect(parts.log.lines.some((line) => line.message.includes("lost its stream"))).toBe(true);
  });

  it("waits while the broker is away and delivers when it is back", async () => {
    const received: { n: number; body: string }[] = [];
    await withWorkers([...outbox.workers, consumer(received)], async () => {
      await vi.waitFor(async () => parts.bus.streamPosition(), options);
      parts.broker.stop();
      await appendThing(4);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect((await outboxRows(parts.db))[0]?.published_at).toBeNull();
      parts.broker.start();
      await vi.waitFor(() => expect(received).toHaveLength(1), options);
    });
  });

  it("publishes again what a consumer says it lacks, and confirms what it has, when receipts were lost", async () => {
    await withWorkers(outbox.workers, async () => {
      await appendThing(5);
      await appendThing(6);
      await vi.waitFor(
        async () => expect((await outboxRows(parts.db)).every((row) => row.published_at)).toBe(true),
        options,
      );
    });
    const [has, lacks] = await outboxRows(parts.db);
    const answering = await parts.bus.respond("rpc.missing-events.notify-service-on-public-event", async () =>
      JSON.stringify([lacks?.event_id]),
    );
    const needed = { types: [thingDone.type], durables: [durable] };
    await reconcileUnconfirmed({ ...parts, service: "survey-service", eventTypes: [thingDone], needed }, -1);
    await answering.close();
    const rows = await outboxRows(parts.db);
    expect(rows.find((row) => row.event_id === has?.event_id)?.confirmed_at).toBeInstanceOf(Date);
    expect(rows.find((row) => row.event_id === lacks?.event_id)?.published_at).toBeNull();
  });

  it("applies an event once although it comes three times", async () => {
    const received: { n: number; body: string }[] = [];
    await withWorkers([...outbox.workers, consumer(received)], async () => {
      await appendThing(7);
      await vi.waitFor(() => expect(received).toHaveLength(1), options);
      const [row] = await outboxRows(parts.db);
      const receipts: string[] = [];
      const listening = await parts.bus.listen(receiptSubject("survey-service"), (body) => void receipts.push(body));
      for (const n of [1, 2])
        await parts.bus.publish({ subject: thingDone.type, messageId: `copy-${n}`, body: row?.body ?? "" });
      await vi.waitFor(() => expect(receipts.join()).toContain(row?.event_id), options);
      await listening.close();
    });
    expect(received).toHaveLength(1);
  });

  it("does not let one event that cannot be applied hold up the others", async () => {
    const received: { n: number; body: string }[] = [];
    await withWorkers(outbox.workers, async () => {
      for (const n of [8, 9, 10]) await appendThing(n);
      await withWorkers([consumer(received, (n) => n === 9)], async () => {
        await vi.waitFor(() => expect(received.map((event) => event.n).sort()).toEqual([10, 8]), options);
      });
    });
    expect(await deadLetters(parts.db)).toEqual([]);
    expect(parts.log.lines.some((line) => line.message === "an event cannot be applied")).toBe(true);
  });

  it("keeps an event that could not be applied often enough as a dead letter, and confirms it", async () => {
    const hopeless = createEventConsumer({
      ...parts,
      durable,
      eventTypes: [thingDone],
      deliveriesMax: 2,
      apply: async () => {
        throw new Error("never");
      },
    });
    await withWorkers([...outbox.workers, hopeless], async () => {
      await appendThing(14);
      await vi.waitFor(async () => expect(await deadLetters(parts.db)).toEqual([{ reason: "never" }]), options);
      await vi.waitFor(async () => expect((await outboxRows(parts.db))[0]?.confirmed_at).toBeInstanceOf(Date), options);
    });
  });

  it.each([
    ["no JSON", "{"],
    ["no envelope", "{}"],
    [
      "an unknown type",
      JSON.stringify({
        specversion: "1.0",
        id: workspaceId,
        source: "/x",
        type: "survey.other.done.v1",
        time: "t",
        datacontenttype: "application/json",
        workspaceid: workspaceId,
        data: {},
      }),
    ],
    ["a NUL character", "\u0000"],
  ])("keeps a message with %s as a dead letter and goes on", async (_name, body) => {
    const received: { n: number; body: string }[] = [];
    await withWorkers([...outbox.workers, consumer(received)], async () => {
      await parts.bus.publish({ subject: thingDone.type, messageId: `dead-${_name}`, body });
      await appendThing(11);
      await vi.waitFor(() => expect(received).toHaveLength(1), options);
      await vi.waitFor(async () => expect(await deadLetters(parts.db)).toHaveLength(1), options);
    });
  });

  it("has one leader at a time, and another process takes over when it stops", async () => {
    const other = { ...parts, bus: createInProcessEventBus({ broker: parts.broker }) };
    const second = createOutbox({ ...other, service: "survey-service", eventTypes: [thingDone] });
    const published = async (index: number) =>
      vi.waitFor(async () => expect((await outboxRows(parts.db))[index]?.published_at).toBeInstanceOf(Date), options);
    const leader = startWorkers(outbox.workers);
    await appendThing(12);
    await published(0);
    const follower = startWorkers(second.workers);
    await appendThing(13);
    await published(1);
    await leader.stop();
    await appendThing(14);
    await published(2);
    await follower.stop();
    expect((await outboxRows(parts.db)).map((row) => row.publish_count)).toEqual([1, 1, 1]);
    await other.bus.close();
  });
});

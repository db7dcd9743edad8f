import { setTimeout as wait } from "node:timers/promises";
import { streamName } from "@roundtrip/contracts/subjects";
import { type NatsServerProcess, startNatsServer } from "@roundtrip/test-harness/nats-server-process";
import { connect, type JetStreamManager } from "nats";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BusUnavailable } from "./bus-unavailable.ts";
import { ack, collect, durableOf, eventually, publish } from "./bus-under-test.conformance.ts";
import type { EventBus, Verdict } from "./event-bus.ts";
import { type NatsEventBusOptions, openNatsEventBus } from "./nats-event-bus.ts";

// What only a real broker can do to its clients; what every driver keeps is in the conformance suite.

let server: NatsServerProcess;
const buses: EventBus[] = [];
let cases = 0;

beforeAll(async () => {
  server = await startNatsServer();
});
afterEach(async () => {
  cases += 1;
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});
afterAll(() => server.close());

const open = (options: Partial<NatsEventBusOptions> = {}): EventBus => {
  const bus = openNatsEventBus({ servers: server.url, name: "test-service", ...options });
  buses.push(bus);
  return bus;
};
const name = (part = "a") => `survey.fault${cases}.${part}`;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

/** An operator with the broker's own tools. */
const asOperator = async <T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T> => {
  const connection = await connect({ servers: server.url });
  try {
    return await work(await connection.jetstreamManager());
  } finally {
    await connection.close();
  }
};

describe("kill -9 of the broker", () => {
  it("loses nothing that a publish had returned for, and consumption goes on by itself", async () => {
    const [publisher, consumer] = [open(), open()];
    const subject = name();
    const collected = await collect(consumer, { subjects: [subject], ackWaitMs: 2_000 });
    const taken: string[] = [];
    const publishing = Promise.all(
      numbers(16).map(async (lane) => {
        for (let count = 0; count < 60; count += 1) {
          const body = `${lane}-${count}`;
          await publish(publisher, subject, body).then(
            () => taken.push(body),
            (error: unknown) => expect(error).toBeInstanceOf(BusUnavailable),
          );
          await wait(10);
        }
      }),
    );
    await wait(200);
    await server.restart();
    await publishing;
    expect(taken.length).toBeGreaterThan(16 * 30);
    const missing = () => taken.filter((body) => !seen().has(body));
    const seen = () => new Set(collected.bodies());
    await eventually(missing, 6_000).toEqual([]);
  });

  it("is ridden out by the publishes in flight", async () => {
    const here = open();
    await here.check();
    const subject = name();
    // The kill is sent before the first byte of them.
    const publishing = Promise.allSettled(numbers(200).map((body) => publish(here, subject, body)));
    await server.restart();
    const outcomes = await publishing;
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled").length).toBe(200);
    const collected = await collect(here, { subjects: [subject] });
    await eventually(() => new Set(collected.bodies()).size).toBe(200);
  });

  it("brings a message again whose verdict could not be sent", async () => {
    const here = open();
    const subject = name();
    let kills = 0;
    // Once: what the broker remembers of a delivery may go with it, and the next one count as the first.
    const judge = async () => {
      kills += 1;
      if (kills === 1) await server.kill9();
      return ack;
    };
    const collected = await collect(here, { subjects: [subject], ackWaitMs: 1_000 }, judge);
    // The broker may be gone before it has said that it took the message.
    const published = Promise.allSettled([publish(here, subject, "one")]);
    await eventually(() => server.pid).toBeNull();
    await server.start();
    await published;
    await eventually(() => collected.bodies()).toEqual(["one", "one"]);
  });
});

describe("a broker that hangs", () => {
  it("makes publish and check give up in time", async () => {
    const here = open();
    await here.check();
    const pid = server.pid;
    if (pid === null) throw new Error("the server runs");
    process.kill(pid, "SIGSTOP");
    try {
      const isUp = () => here.check().then(String, (error: unknown) => error instanceof BusUnavailable && "hangs");
      await eventually(isUp).toBe("hangs");
      const startedAt = Date.now();
      await expect(publish(here, name(), "one")).rejects.toBeInstanceOf(BusUnavailable);
      expect(Date.now() - startedAt).toBeLessThan(6_000);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await publish(here, name(), "two");
  });
});

describe("a stream or durable that goes under a live connection", () => {
  it("is made again when the stream was deleted", async () => {
    const here = open();
    const subject = name();
    const collected = await collect(here, { subjects: [subject] });
    await publish(here, subject, "0");
    await eventually(() => collected.bodies()).toEqual(["0"]);
    await asOperator((manager) => manager.streams.delete(streamName));
    await publish(here, subject, "1");
    await eventually(() => collected.bodies(), 3_000).toEqual(["0", "1"]);
  });

  it("is made again when the durable was deleted while it waited for messages", async () => {
    const here = open();
    const subject = name();
    const collected = await collect(here, { subjects: [subject] });
    await asOperator((manager) => manager.consumers.delete(streamName, durableOf(subject)));
    await publish(here, subject, "0");
    await eventually(() => collected.bodies(), 8_000).toEqual(["0"]);
  });

  it("is made again when the durable was deleted while nothing was asked of it", async () => {
    const here = open();
    const subject = name();
    const collected = await collect(here, { subjects: [subject], batchSizeMax: 1 }, () => wait(500).then(() => ack));
    for (const body of ["0", "1", "2"]) await publish(here, subject, body);
    // One message is with the handler, two are in the buffer, which is full.
    await eventually(() => collected.bodies()).toEqual(["0"]);
    await asOperator((manager) => manager.consumers.delete(streamName, durableOf(subject)));
    await publish(here, subject, "3");
    await eventually(() => collected.bodies(), 12_000).toContain("3");
  });
});

describe("a broker that lost its disk", () => {
  it("does not take the verdict on an old message for one on a new message of the same number", async () => {
    const here = open();
    const subject = name();
    const waiting = () => asOperator((manager) => manager.consumers.info(streamName, durableOf(subject)));
    let releaseOld: () => void = () => undefined;
    const judge = (message: { body: string; deliveryCount: number }): Verdict | Promise<Verdict> => {
      if (message.body === "old") return new Promise((resolve) => (releaseOld = () => resolve(ack)));
      return message.deliveryCount === 1 ? { kind: "retry", delayMs: 200 } : ack;
    };
    await asOperator((manager) => manager.streams.delete(streamName)).catch(() => undefined);
    const collected = await collect(here, { subjects: [subject], batchSizeMax: 1 }, judge);
    // The second one waits in the subscriber's buffer, and goes with the stream that it came from.
    for (const body of ["old", "older"]) await publish(here, subject, body);
    await eventually(() => collected.bodies()).toEqual(["old"]);
    await eventually(async () => (await waiting()).num_ack_pending).toBe(2);
    await server.loseDisk();
    await publish(here, subject, "new");
    // The new message is delivered and waits behind the old one.
    await eventually(async () => (await waiting()).num_ack_pending).toBe(1);
    releaseOld();
    await eventually(() => collected.bodies(), 3_000).toEqual(["old", "new", "new"]);
  });

  it("is supplied again by several subscribers of one durable at once", async () => {
    const subject = name();
    const subscribers = await Promise.all(
      numbers(4).map(() => collect(open(), { subjects: [subject], batchSizeMax: 1 })),
    );
    const publisher = open();
    await server.loseDisk();
    await Promise.all(numbers(40).map((body) => publish(publisher, subject, body)));
    const bodies = () => subscribers.flatMap((each) => each.bodies());
    await eventually(() => bodies().length, 6_000).toBe(40);
    expect(new Set(bodies()).size).toBe(40);
  });
});

describe("a message that passes the filter and was not asked for", () => {
  it("is acknowledged, so that it neither comes again nor counts against the limit", async () => {
    const here = open();
    const [one, other] = [name("one"), name("other")];
    const collected = await collect(here, { durable: durableOf(one), subjects: [one, other] });
    const unwanted = name("unwanted");
    for (const subject of [unwanted, unwanted, one]) await publish(here, subject, subject);
    await eventually(() => collected.bodies()).toEqual([one]);
    const durable = () => asOperator((manager) => manager.consumers.info(streamName, durableOf(one)));
    await eventually(async () => {
      const { delivered, num_ack_pending } = await durable();
      return [delivered.consumer_seq, num_ack_pending];
    }).toEqual([3, 0]);
  });
});

describe("what is set up at the broker", () => {
  it("is one file stream of 7 days and 2 minutes of message ids, and durables without a delivery limit", async () => {
    const here = open();
    const subject = name();
    await collect(here, { subjects: [subject] });
    const [stream, durable] = await asOperator((manager) =>
      Promise.all([manager.streams.info(streamName), manager.consumers.info(streamName, durableOf(subject))]),
    );
    expect(stream.config).toMatchObject({
      subjects: ["auth.>", "survey.>", "notify.>"],
      storage: "file",
      retention: "limits",
      num_replicas: 1,
      max_age: 604_800e9,
      duplicate_window: 120e9,
    });
    expect(durable.config).toMatchObject({
      filter_subject: subject,
      ack_policy: "explicit",
      ack_wait: 30e9,
      max_ack_pending: 2_000,
      max_deliver: -1,
    });
  });

  it("follows settings that have changed since", async () => {
    const here = open();
    const subject = name();
    const before = await collect(here, { subjects: [subject] });
    await before.close();
    await asOperator((manager) => manager.streams.update(streamName, { subjects: ["survey.>"] }));
    const other = open({ maxAgeMs: 86_400_000 });
    await publish(other, "auth.fault.happened", "one");
    await collect(other, { subjects: [subject], ackWaitMs: 5_000 });
    const [stream, durable] = await asOperator((manager) =>
      Promise.all([manager.streams.info(streamName), manager.consumers.info(streamName, durableOf(subject))]),
    );
    expect(stream.config).toMatchObject({ subjects: ["auth.>", "survey.>", "notify.>"], max_age: 86_400e9 });
    expect(durable.config.ack_wait).toBe(5e9);
  });

  it("widens the filter of a durable and never narrows it", async () => {
    const here = open();
    const [one, other] = [name("one"), name("other")];
    const durable = durableOf(one);
    const filters: (string | undefined)[] = [];
    for (const subjects of [[one], [one, other], [other], [one, "auth.elsewhere"], [one]]) {
      const collected = await collect(here, { durable, subjects });
      const info = await asOperator((manager) => manager.consumers.info(streamName, durable));
      filters.push(info.config.filter_subject);
      await collected.close();
    }
    const wide = name(">");
    expect(filters).toEqual([one, wide, wide, undefined, undefined]);
  });
});

describe("a name that is no subject token", () => {
  it("is refused", () => {
    expect(() => openNatsEventBus({ servers: server.url, name: "a.b" })).toThrow("a.b is no subject token");
  });
});

import { describe, expect, it } from "vitest";
import { ack, collect, eventually, publish } from "./bus-under-test.conformance.ts";
import { InProcessBroker } from "./in-process-broker.ts";
import { createInProcessEventBus } from "./in-process-event-bus.ts";
import type { Retention } from "./in-process-stream.ts";

const subject = "survey.a.v1";
const publishAndSubscribe = async (retention: Partial<Retention>, bodies: readonly string[]) => {
  const bus = createInProcessEventBus({ broker: new InProcessBroker(retention) });
  for (const body of bodies) await publish(bus, subject, body);
  await publish(bus, subject, "last");
  const collected = await collect(bus, { subjects: [subject] });
  await eventually(() => collected.bodies()).toContain("last");
  await bus.close();
  return collected.bodies();
};

describe("what a subscriber that comes late gets", () => {
  it("is everything that is kept, in order", async () => {
    expect(await publishAndSubscribe({}, ["0", "1", "2"])).toEqual(["0", "1", "2", "last"]);
  });

  it("is bounded by the number of messages", async () => {
    expect(await publishAndSubscribe({ messagesMax: 3 }, ["0", "1", "2", "3"])).toEqual(["2", "3", "last"]);
  });

  it("is bounded by the length of the bodies", async () => {
    const bodies = ["a", "b", "c"].map((letter) => letter.repeat(40));
    expect(await publishAndSubscribe({ bodyCharactersMax: 100 }, bodies)).toEqual([...bodies.slice(1), "last"]);
  });

  it("is the newest message however long it is", async () => {
    expect(await publishAndSubscribe({ bodyCharactersMax: 2 }, ["0"])).toEqual(["last"]);
  });
});

describe("a message that is no longer kept", () => {
  it("does not come again, and does not hold up the others", async () => {
    const bus = createInProcessEventBus({ broker: new InProcessBroker({ messagesMax: 2 }) });
    const collected = await collect(bus, { subjects: [subject] }, (message) =>
      message.body === "0" ? { kind: "retry", delayMs: 100 } : ack,
    );
    await publish(bus, subject, "0");
    await eventually(() => collected.bodies()).toEqual(["0"]);
    for (const body of ["1", "2", "3"]) await publish(bus, subject, body);
    await eventually(() => collected.bodies()).toContain("3");
    const until = collected.received.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(collected.received.slice(until)).toEqual([]);
    await bus.close();
  });
});

describe("a broker that restarts", () => {
  it("keeps its stream and what was not consumed", async () => {
    const broker = new InProcessBroker();
    const bus = createInProcessEventBus({ broker });
    await publish(bus, subject, "one");
    const before = await bus.streamPosition();
    broker.restart();
    expect(await bus.streamPosition()).toEqual(before);
    const collected = await collect(bus, { subjects: [subject] });
    await eventually(() => collected.bodies()).toEqual(["one"]);
    await bus.close();
  });
});

describe("two buses without a broker in common", () => {
  it("do not hear each other", async () => {
    const [here, there] = [createInProcessEventBus(), createInProcessEventBus()];
    const collected = await collect(there, { subjects: [subject] });
    await publish(here, subject, "one");
    expect(await here.streamPosition()).toMatchObject({ lastSequence: 1 });
    expect(await there.streamPosition()).toMatchObject({ lastSequence: 0 });
    await Promise.all([here.close(), there.close()]);
    expect(collected.received).toEqual([]);
  });
});

describe("a stream that follows another one in the same instant", () => {
  it("has another createdAt", async () => {
    const broker = new InProcessBroker();
    const instants = [broker.position().createdAt];
    for (let count = 0; count < 5; count += 1) {
      broker.loseDisk();
      instants.push(broker.position().createdAt);
    }
    expect(new Set(instants).size).toBe(6);
  });
});

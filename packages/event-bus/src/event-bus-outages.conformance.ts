import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BusUnavailable } from "./bus-unavailable.ts";
import { type BusCase, collect, eventually, publish } from "./bus-under-test.conformance.ts";
import type { EventBus } from "./event-bus.ts";

/** From the broker's return to everything running again, without anybody's help. */
const recoveryMaxMs = 4_000;

export const describeOutages = (bus: BusCase): void => {
  describe("a broker that restarts", () => describeRestart(bus));
  describe("a broker that loses its disk", () => describeLostDisk(bus));
  describe("a broker that is away", () => describeAway(bus));
  describe("a closed bus", () => describeClosed(bus));
};

const isUp = (here: EventBus) =>
  here.check().then(
    () => true,
    () => false,
  );
const untilUp = (here: EventBus) => eventually(() => isUp(here), recoveryMaxMs).toBe(true);

const describeRestart = (bus: BusCase): void => {
  it("delivers what was published before and what is published after", async () => {
    const here = await bus.openBus();
    const subject = bus.name();
    await publish(here, subject, "0");
    const before = await here.streamPosition();
    await bus.stopBroker();
    await bus.startBroker();
    await untilUp(here);
    const collected = await collect(here, { subjects: [subject] });
    await publish(here, subject, "1");
    await eventually(() => collected.bodies(), recoveryMaxMs).toEqual(["0", "1"]);
    expect(await here.streamPosition()).toEqual({ ...before, lastSequence: before.lastSequence + 1 });
  });

  it("is followed by its subscribers, responders and listeners", async () => {
    const here = await bus.openBus();
    const subject = bus.name();
    const collected = await collect(here, { subjects: [subject] });
    const heard: string[] = [];
    await here.respond(`rpc.${subject}`, async () => "answer");
    await here.listen(`nudge.${subject}`, (body) => heard.push(body));
    await publish(here, subject, "0");
    await eventually(() => collected.bodies()).toEqual(["0"]);
    await bus.stopBroker();
    await bus.startBroker();
    await untilUp(here);
    await publish(here, subject, "1");
    await eventually(() => collected.bodies(), recoveryMaxMs).toContain("1");
    expect(await here.request(`rpc.${subject}`, "ask", 2_000)).toBe("answer");
    here.announce(`nudge.${subject}`, "nudge");
    await eventually(() => heard).toEqual(["nudge"]);
  });

  it("is ridden out by a publish that comes while it restarts", async () => {
    const here = await bus.openBus();
    const subject = bus.name();
    const collected = await collect(here, { subjects: [subject] });
    await bus.stopBroker();
    await bus.startBroker();
    await publish(here, subject, "at once");
    await eventually(() => collected.bodies(), recoveryMaxMs).toEqual(["at once"]);
  });
};

const describeLostDisk = (bus: BusCase): void => {
  it("gets its stream and durables again, and the position says that it is another stream", async () => {
    const [here, publisher] = [await bus.openBus(), await bus.openBus()];
    const subject = bus.name();
    const collected = await collect(here, { subjects: [subject] });
    await publish(publisher, subject, "before");
    await eventually(() => collected.bodies()).toEqual(["before"]);
    const before = await here.streamPosition();
    await bus.loseDisk();
    await untilUp(publisher);
    await publish(publisher, subject, "after");
    await eventually(() => collected.bodies(), recoveryMaxMs).toEqual(["before", "after"]);
    const after = await here.streamPosition();
    expect(after.createdAt).not.toBe(before.createdAt);
    expect(after.lastSequence).toBe(1);
  });

  it("takes a publish when nobody but the publisher is there to make the stream", async () => {
    const here = await bus.openBus();
    const subject = bus.name();
    await bus.loseDisk();
    await untilUp(here);
    await publish(here, subject, "one");
    const collected = await collect(here, { subjects: [subject] });
    await eventually(() => collected.bodies()).toEqual(["one"]);
  });

  it("has forgotten which message ids it had seen", async () => {
    const here = await bus.openBus();
    const subject = bus.name();
    const message = { subject, body: "same", messageId: `${subject}-same` };
    const collected = await collect(here, { subjects: [subject] });
    await here.publish(message);
    await eventually(() => collected.bodies()).toEqual(["same"]);
    await bus.loseDisk();
    await untilUp(here);
    await here.publish(message);
    await eventually(() => collected.bodies(), recoveryMaxMs).toEqual(["same", "same"]);
  });
};

const describeAway = (bus: BusCase): void => {
  it("refuses within 6 s, and takes everything again when it is back", async () => {
    const here = await bus.openBus();
    const subject = bus.name();
    await here.respond(`rpc.${subject}`, async () => "answer");
    await bus.stopBroker();
    const startedAt = Date.now();
    const calls = [
      publish(here, subject, "lost"),
      here.request(`rpc.${subject}`, "ask", 2_000),
      here.streamPosition(),
      here.check(),
    ];
    const outcomes = await Promise.allSettled(calls);
    expect(Date.now() - startedAt).toBeLessThan(6_000);
    const reasons = outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason : "no error"));
    for (const reason of reasons) expect(reason).toBeInstanceOf(BusUnavailable);
    here.announce(`nudge.${subject}`, "lost");
    await bus.startBroker();
    await untilUp(here);
    await publish(here, subject, "kept");
    expect(await here.request(`rpc.${subject}`, "ask", 2_000)).toBe("answer");
    const collected = await collect(here, { subjects: [subject] });
    await eventually(() => collected.bodies()).toEqual(["kept"]);
  });

  it("refuses a request that it leaves in the middle, before its time is over", async () => {
    const [here, there] = [await bus.openBus(), await bus.openBus()];
    const subject = `rpc.${bus.name()}`;
    let release: () => void = () => undefined;
    await there.respond(subject, () => new Promise((resolve) => (release = () => resolve("late"))));
    await here.check();
    const startedAt = Date.now();
    const outcome = here.request(subject, "ask", 8_000).catch((error: unknown) => error);
    await wait(100);
    await bus.stopBroker();
    expect(await outcome).toBeInstanceOf(BusUnavailable);
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    release();
    await bus.startBroker();
  });

  it("does not keep a bus from opening, nor its subscribers from consuming later", async () => {
    await bus.stopBroker();
    const here = await bus.openBus();
    const subject = bus.name();
    const collected = await collect(here, { subjects: [subject] });
    await here.respond(`rpc.${subject}`, async () => "answer");
    await bus.startBroker();
    await untilUp(here);
    await publish(here, subject, "one");
    await eventually(() => collected.bodies(), recoveryMaxMs).toEqual(["one"]);
    expect(await here.request(`rpc.${subject}`, "ask", 2_000)).toBe("answer");
  });

  it("does not keep a bus from closing", async () => {
    const here = await bus.openBus();
    await collect(here, { subjects: [bus.name()] });
    await here.respond(`rpc.${bus.name()}`, async () => "answer");
    await bus.stopBroker();
    const startedAt = Date.now();
    await here.close();
    expect(Date.now() - startedAt).toBeLessThan(4_000);
    await bus.startBroker();
  });
};

const describeClosed = (bus: BusCase): void => {
  it("refuses everything", async () => {
    const here = await bus.openBus();
    await here.close();
    await expect(publish(here, bus.name(), "late")).rejects.toBeInstanceOf(BusUnavailable);
    await expect(here.request(`rpc.${bus.name()}`, "ask", 500)).rejects.toBeInstanceOf(BusUnavailable);
    await expect(here.check()).rejects.toBeInstanceOf(BusUnavailable);
    await expect(here.streamPosition()).rejects.toBeInstanceOf(BusUnavailable);
  });

  it("closes a second time without complaint", async () => {
    const here = await bus.openBus();
    await here.close();
    await here.close();
  });
};

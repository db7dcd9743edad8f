import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { EventBus, IncomingEvent, OnBatch, SubscribeOptions, Subscription, Verdict } from "./event-bus.ts";

/** A broker of its own, and as many buses on it as a case wants. */
export interface BusUnderTest {
  openBus(): Promise<EventBus>;
  /** As kill -9. */
  stopBroker(): Promise<void>;
  /** With everything that it had stored. */
  startBroker(): Promise<void>;
  /** Stops the broker, removes all that it stored, starts it. */
  loseDisk(): Promise<void>;
  close(): Promise<void>;
}

export interface BusCase extends Omit<BusUnderTest, "close"> {
  /** A subject and a durable that no other case uses; the stream is shared by all of them. */
  name(part?: string): string;
}

export const useBus = (open: () => Promise<BusUnderTest>): BusCase => {
  let driver: BusUnderTest | undefined;
  const opened: EventBus[] = [];
  let cases = 0;
  const use = (): BusUnderTest => {
    if (!driver) throw new Error("the broker is there from beforeAll on");
    return driver;
  };
  beforeAll(async () => {
    driver = await open();
  });
  afterEach(async () => {
    cases += 1;
    await Promise.all(opened.splice(0).map((bus) => bus.close()));
  });
  afterAll(() => use().close());
  return {
    openBus: async () => {
      const bus = await use().openBus();
      opened.push(bus);
      return bus;
    },
    stopBroker: () => use().stopBroker(),
    startBroker: () => use().startBroker(),
    loseDisk: () => use().loseDisk(),
    name: (part = "a") => `survey.case${cases}.${part}`,
  };
};

export const ack: Verdict = { kind: "ack" };

export interface Collected {
  readonly received: IncomingEvent[];
  readonly batchSizes: number[];
  bodies(): readonly string[];
}

/** Consumes and remembers; every message gets what `judge` says, `ack` when it says nothing. */
export const collect = async (
  bus: EventBus,
  options: Omit<SubscribeOptions, "durable"> & { readonly durable?: string },
  judge: (message: IncomingEvent) => Promise<Verdict> | Verdict = () => ack,
): Promise<Collected & Subscription> => {
  const received: IncomingEvent[] = [];
  const batchSizes: number[] = [];
  const onBatch: OnBatch = async (batch) => {
    batchSizes.push(batch.length);
    received.push(...batch);
    return Promise.all(batch.map(judge));
  };
  const durable = options.durable ?? durableOf(options.subjects[0] ?? "");
  const subscription = await bus.subscribe({ ...options, durable }, onBatch);
  return {
    received,
    batchSizes,
    bodies: () => received.map((message) => message.body),
    close: () => subscription.close(),
  };
};

/** A durable's name may not hold dots or wildcards. */
export const durableOf = (subject: string, part = ""): string => `on-${subject.replaceAll(/[^a-z0-9]/g, "-")}${part}`;

let ids = 0;
export const publish = (bus: EventBus, subject: string, body: string): Promise<void> => {
  ids += 1;
  return bus.publish({ subject, body, messageId: `${subject}-${ids}-${Date.now()}` });
};

export const eventually = <T>(read: () => T, timeoutMs = 8_000): ReturnType<typeof expect.poll<T>> =>
  expect.poll(read, { timeout: timeoutMs, interval: 10 });

/** Long enough for what must not happen to have happened. */
export const settle = (): Promise<void> => wait(300);

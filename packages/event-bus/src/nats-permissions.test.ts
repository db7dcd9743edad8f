import { streamName } from "@roundtrip/contracts/subjects";
import { type NatsServerProcess, startNatsServer } from "@roundtrip/test-harness/nats-server-process";
import { connect, type JetStreamManager } from "nats";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { BusUnavailable } from "./bus-unavailable.ts";
import { collect, eventually, publish } from "./bus-under-test.conformance.ts";
import type { EventBus } from "./event-bus.ts";
import { type NatsEventBusOptions, openNatsEventBus } from "./nats-event-bus.ts";
import { driverPermissions } from "./nats-permissions.ts";

const durable = "notify-service-on-public-event";
const service = driverPermissions("notify-service", [durable]);
const owner = driverPermissions("survey-service", []);

const user = (name: string, publish: readonly string[], subscribe: readonly string[]): string =>
  `{ user: ${name}, password: "pass-of-${name}", permissions: {
    publish: ${JSON.stringify(publish)}, subscribe: ${JSON.stringify(subscribe)}, allow_responses: true } }`;

const configuration = `authorization { users: [
  ${user("notify-service", [...service.publish, "receipt.survey-service"], [...service.subscribe, "rpc.notify.ask"])}
  ${user("survey-service", [...owner.publish, "survey.>", "rpc.notify.ask"], [...owner.subscribe, "receipt.survey-service"])}
  { user: operator, password: "pass-of-operator" }
] }`;

let server: NatsServerProcess;
const buses: EventBus[] = [];
beforeAll(async () => {
  server = await startNatsServer({ configuration });
});
afterEach(() => Promise.all(buses.splice(0).map((bus) => bus.close())));
afterAll(() => server.close());

const open = (name: string, options: Partial<NatsEventBusOptions> = {}): EventBus => {
  const bus = openNatsEventBus({ servers: server.url, name, user: name, password: `pass-of-${name}`, ...options });
  buses.push(bus);
  return bus;
};

/** An operator with the broker's own tools. */
const asOperator = async <T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T> => {
  const connection = await connect({ servers: server.url, user: "operator", pass: "pass-of-operator" });
  try {
    return await work(await connection.jetstreamManager());
  } finally {
    await connection.close();
  }
};

const [completed, expired, elsewhere] = ["survey.session.completed.v1", "survey.session.expired.v1", "auth.other.v1"];

describe("the permissions that the driver names", () => {
  it("are enough for two services to do everything, from an empty broker on and after a lost disk", async () => {
    const [notify, survey] = [open("notify-service"), open("survey-service")];
    const heard: string[] = [];
    await survey.listen("receipt.survey-service", (body) => heard.push(body), { queue: "relay" });
    await notify.respond("rpc.notify.ask", async () => "answer");
    const collected = await collect(notify, { durable, subjects: [completed, expired] });
    for (const body of ["0", "1"]) {
      for (const subject of [completed, expired]) await publish(survey, subject, body);
      await eventually(() => collected.bodies().filter((each) => each === body).length).toBe(2);
      expect(await survey.request("rpc.notify.ask", "ask", 2_000)).toBe("answer");
      notify.announce("receipt.survey-service", body);
      await eventually(() => heard).toContain(body);
      const info = () => asOperator((manager) => manager.consumers.info(streamName, durable));
      await eventually(async () => (await info()).ack_floor.stream_seq).toBe(2);
      await server.loseDisk();
      const areUp = () => Promise.all([survey.check(), notify.check()]);
      await eventually(() => areUp().then(String, () => "away")).not.toBe("away");
    }
  });

  it("are enough to widen a durable and to bring an older stream up to date", async () => {
    const [notify, survey] = [open("notify-service"), open("survey-service")];
    for (const subjects of [[completed], [completed, expired], [completed, expired, elsewhere]]) {
      await asOperator((manager) => manager.streams.update(streamName, { subjects: ["survey.>"] })).catch(
        () => undefined,
      );
      const collected = await collect(notify, { durable, subjects });
      await publish(survey, subjects[1] ?? completed, String(subjects));
      await eventually(() => collected.bodies()).toEqual([String(subjects)]);
      const info = await asOperator((manager) => manager.streams.info(streamName));
      expect(info.config.subjects).toContain("auth.>");
      await collected.close();
    }
  });

  it("let nobody read the answers to somebody else", async () => {
    expect(service.subscribe).toEqual(["_INBOX.notify-service.>"]);
    const [notify, survey] = [open("notify-service"), open("survey-service")];
    const overheard: string[] = [];
    await notify.listen("_INBOX.survey-service.>", (body) => overheard.push(body));
    await notify.respond("rpc.notify.ask", async () => "answer");
    expect(await survey.request("rpc.notify.ask", "ask", 2_000)).toBe("answer");
    expect(overheard).toEqual([]);
  });
});

describe("a wrong password", () => {
  it("is tried again for ever, and refuses everything meanwhile", async () => {
    const bus = open("survey-service", { password: "wrong" });
    await expect(publish(bus, "survey.a.v1", "one")).rejects.toBeInstanceOf(BusUnavailable);
    await expect(bus.check()).rejects.toBeInstanceOf(BusUnavailable);
  });
});

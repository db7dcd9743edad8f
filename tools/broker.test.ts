import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { missingEventsSubject, nudges, outboxNudge, receiptSubject, streamName } from "@roundtrip/contracts/subjects";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { openNatsEventBus } from "@roundtrip/event-bus/nats-event-bus";
import { type BrokerPermissions, readBrokerPermissions } from "@roundtrip/test-harness/broker-permissions";
import { findNatsServer } from "@roundtrip/test-harness/find-nats-server";
import { type NatsServerProcess, startNatsServer } from "@roundtrip/test-harness/nats-server-process";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type BrokerContract,
  durablesOf,
  ownerOf,
  readBrokerContract,
  type ServiceName,
  services,
} from "./deploy/broker-contract.ts";
import { type BrokerUser, brokerUsers, writeAuthorization } from "./deploy/broker-users.ts";
import { type Credentials, listRefused } from "./deploy/nats-wire.ts";
import { repositoryRoot } from "./house/source-tree.ts";

// The broker of production, with its users, as the contracts want it.
const deployFolder = join(repositoryRoot, "deploy");
let contract: BrokerContract;
let users: readonly BrokerUser[];
let permissions: BrokerPermissions;
let server: NatsServerProcess;

beforeAll(async () => {
  contract = await readBrokerContract();
  users = brokerUsers(contract);
  permissions = await readBrokerPermissions(deployFolder);
  server = await startNatsServer({ configuration: permissions.configuration });
}, 60_000);
afterAll(() => server.close());

const passwordOf = (name: ServiceName): string =>
  ({
    "auth-service": permissions.passwords.auth,
    "survey-service": permissions.passwords.survey,
    "notify-service": permissions.passwords.notify,
  })[name];
const as = (user: ServiceName): Credentials => ({ port: server.port, user, password: passwordOf(user) });

/** Every subject that the contracts know, as publisher or subscriber of anything. */
const allSubjects = (): readonly string[] => [
  ...new Set([
    ...users.flatMap((user) => [...user.publish, ...user.subscribe]),
    ...contract.events.map((event) => event.type),
  ]),
];
/** A wildcard cannot be published to; one subject below it can. */
const concrete = (subject: string): string => subject.replace(/>$/, "planted");

describe("deploy/nats.conf", () => {
  it("is one that nats-server reads", async () => {
    const env = { AUTH_NATS_PASSWORD: "a", SURVEY_NATS_PASSWORD: "b", NOTIFY_NATS_PASSWORD: "c" };
    const run = promisify(execFile)(await findNatsServer(), ["-t", "-c", join(deployFolder, "nats.conf")], { env });
    await expect(run).resolves.toMatchObject({ stderr: expect.stringContaining("is valid") });
  });

  it("gives each service what the contracts say, and nothing else (`tools/write-nats-conf.ts` writes it anew)", async () => {
    const text = await readFile(join(deployFolder, "nats.conf"), "utf8");
    expect(contract.events.length).toBeGreaterThan(10);
    expect(contract.requests.length).toBeGreaterThan(3);
    expect(text.slice(text.indexOf("authorization {")).trim()).toBe(writeAuthorization(users));
  });
});

describe("the broker", () => {
  it.each(services)("lets %s publish what is its own, and refuses everything else", async (name) => {
    const allowed = users.find((user) => user.name === name)?.publish.map(concrete) ?? [];
    const subjects = allSubjects().map(concrete);
    const refused = await listRefused(as(name), "publish", subjects);
    expect(refused).toEqual(subjects.filter((subject) => !allowed.includes(subject)));
    expect(refused.length).toBeGreaterThan(0);
  });

  it.each(services)("lets %s listen where it should, and refuses everything else", async (name) => {
    const allowed = users.find((user) => user.name === name)?.subscribe ?? [];
    const refused = await listRefused(as(name), "subscribe", allSubjects());
    expect(refused).toEqual(allSubjects().filter((subject) => !allowed.includes(subject)));
  });

  it("lets nobody but survey-service say that a session was completed", async () => {
    const subject = "survey.session.completed.v1";
    expect(await listRefused(as("survey-service"), "publish", [subject])).toEqual([]);
    expect(await listRefused(as("auth-service"), "publish", [subject])).toEqual([subject]);
    expect(await listRefused(as("notify-service"), "publish", [subject])).toEqual([subject]);
  });

  it.each(services)("lets %s neither listen to everything nor delete the stream", async (name) => {
    const wide = [">", "survey.>", "rpc.>", "$JS.>", "_INBOX.>", "$SYS.>"];
    expect(await listRefused(as(name), "subscribe", wide)).toEqual(wide);
    const destructive = ["DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT"].map(
      (verb) => `$JS.API.STREAM.${verb}.${streamName}`,
    );
    const reading = [
      `$JS.API.STREAM.MSG.GET.${streamName}`,
      `$JS.API.DIRECT.GET.${streamName}`,
      `$JS.API.CONSUMER.CREATE.${streamName}`,
    ];
    expect(await listRefused(as(name), "publish", [...destructive, ...reading])).toEqual([...destructive, ...reading]);
  });

  it("lets nobody in with a wrong password", async () => {
    const stranger = { ...as("auth-service"), password: "wrong" };
    await expect(listRefused(stranger, "publish", ["a"])).rejects.toThrow("Authorization Violation");
  });
});

describe("the services' own traffic", () => {
  const buses = new Map<string, EventBus>();
  const busOf = (name: string): EventBus => {
    const bus = buses.get(name);
    if (!bus) throw new Error(`${name} is no service`);
    return bus;
  };
  beforeAll(() => {
    for (const name of services) {
      const options = { servers: server.url, name, user: name, password: passwordOf(name) };
      buses.set(name, openNatsEventBus(options));
    }
  });
  afterAll(() => Promise.all([...buses.values()].map((bus) => bus.close())));

  const durables = services.flatMap((name) => durablesOf(name).map((durable) => ({ name, durable })));

  it("carries every event to every durable that its contract names, and the receipts back", async () => {
    const received = new Set<string>();
    const consume = async ({ name, durable }: (typeof durables)[number]): Promise<readonly string[]> => {
      const types = contract.events.filter((event) => event.consumers.includes(durable)).map((event) => event.type);
      await busOf(name).subscribe({ durable, subjects: types }, async (batch) => {
        for (const message of batch) received.add(`${durable} ${message.subject}`);
        busOf(name).announce(receiptSubject("survey-service"), durable);
        return batch.map(() => ({ kind: "ack" as const }));
      });
      return types.map((type) => `${durable} ${type}`);
    };
    const receipts = new Set<string>();
    await busOf("survey-service").listen(receiptSubject("survey-service"), (body) => receipts.add(body), {
      queue: "a",
    });
    const expected = (await Promise.all(durables.map(consume))).flat();
    for (const event of contract.events) {
      await busOf(ownerOf(event)).publish({ subject: event.type, messageId: event.type, body: "{}" });
    }
    await vi.waitFor(() => expect([...received].sort()).toEqual(expected.sort()), 10_000);
    await vi.waitFor(() => expect(receipts).toEqual(new Set(durables.map(({ durable }) => durable))), 5_000);
  });

  it("carries every request from each of its callers", async () => {
    for (const { subject, owner } of contract.requests) await busOf(owner).respond(subject, async () => subject);
    for (const { subject, callers } of contract.requests) {
      for (const caller of callers) expect(await busOf(caller).request(subject, "{}", 2_000)).toBe(subject);
    }
  });

  it("carries the relay's question to every durable", async () => {
    for (const { name, durable } of durables) {
      await busOf(name).respond(missingEventsSubject(durable), async () => durable);
      expect(await busOf("survey-service").request(missingEventsSubject(durable), "[]", 2_000)).toBe(durable);
    }
  });

  it("carries the nudges of every owner to every service", async () => {
    const heard: string[] = [];
    for (const subject of Object.values(nudges)) {
      for (const name of services) await busOf(name).listen(subject, () => heard.push(subject));
      busOf(`${subject.split(".")[1]}-service`).announce(subject, "");
    }
    await busOf("survey-service").listen(outboxNudge("survey-service"), () => heard.push("outbox"));
    busOf("survey-service").announce(outboxNudge("survey-service"), "");
    const expected = [...Object.values(nudges).flatMap((subject) => services.map(() => subject)), "outbox"];
    await vi.waitFor(() => expect(heard.sort()).toEqual(expected.sort()), 5_000);
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Database, openDatabase, statement } from "@roundtrip/database/database";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type OpenNotifyService,
  type OpenOptions,
  openNotifyService,
  settingsFor,
} from "../test/open-notify-service.ts";
import { openReceiver, type Receiver, until, verify } from "../test/open-receiver.ts";
import { publishCompleted } from "../test/publish-event.ts";
import { createTestWebhook, listTestDeliveries } from "../test/test-webhook.ts";
import { recordResults } from "./attempt.store.ts";

const { database } = useTestDatabase("notify");
const leaseMs = 1_600;
const owners = statement<{ owner: string | null; shards: number }>(
  "test-owners",
  "SELECT owner, count(*)::int AS shards FROM shard_leases WHERE expires_at > now() GROUP BY owner ORDER BY owner",
);

let db: Database;
/** Takes events in and answers routes; delivers nothing. */
let planner: OpenNotifyService;
let receiver: Receiver;
const replicas: OpenNotifyService[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  db = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
  planner = await openNotifyService(database().url, { workers: ["notify-service-on-public-event"] });
});
afterAll(async () => {
  await planner.close();
  await db.close();
});
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const replica of replicas.splice(0)) await replica.close();
  await receiver.close();
  await db.query(statement("test-reset", "UPDATE shard_leases SET owner = NULL, expires_at = NULL"), []);
  await db.query(statement("test-reset-engines", "DELETE FROM delivery_engines"), []);
});

const openReplica = async (instanceId: string, options: OpenOptions = {}): Promise<OpenNotifyService> => {
  const replica = await openNotifyService(database().url, {
    workers: ["notify-service-deliver"],
    bus: planner.bus,
    callers: planner.callers,
    ...options,
    env: { SHARD_LEASE_MS: String(leaseMs), INSTANCE_ID: instanceId, ...options.env },
  });
  replicas.push(replica);
  return replica;
};

/** A replica in a process of its own, which can be killed as the kernel would. */
const spawnReplica = (instanceId: string): ChildProcess => {
  const settings = { ...settingsFor(database().url), SHARD_LEASE_MS: String(leaseMs), INSTANCE_ID: instanceId };
  const script = fileURLToPath(new URL("../test/run-engine.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=source", "--import=tsx", script, JSON.stringify(settings)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.push(child);
  return child;
};

const kill = async (child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
  child.kill(signal);
  await once(child, "exit");
};

const ownersAre = (expected: readonly (readonly [string, number])[]) =>
  until(
    async () =>
      JSON.stringify((await db.query(owners, [])).map((row) => [row.owner, row.shards])) === JSON.stringify(expected),
    `owners ${JSON.stringify(expected)}`,
  );

const prepare = async (count: number) => {
  const workspace = planner.callers.workspace();
  const webhook = await createTestWebhook(planner.app, workspace.headers, { url: receiver.url });
  const list = () => listTestDeliveries(planner.app, workspace.headers, webhook.webhookId);
  const publish = async () => {
    for (let event = 0; event < count; event += 1) await publishCompleted(planner.bus, workspace.workspaceId);
    await until(async () => (await list()).length >= count, "planned");
  };
  const allDelivered = () =>
    until(async () => (await list()).every((delivery) => delivery.status === "delivered"), "all delivered", 20_000);
  return { webhook, publish, list, allDelivered };
};

describe("kill -9 of the engine", () => {
  it("leaves its deliveries to another one within the lease, same ids, same bytes", async () => {
    const { webhook, publish, list, allDelivered } = await prepare(40);
    let hanging = 0;
    receiver.answer = (_arrival, response) => {
      // The first replica gets a few through, and then hangs with one under way.
      if (receiver.arrivals.length > 10 && hanging === 0) hanging += 1;
      else response.writeHead(204).end();
    };
    const first = spawnReplica("first");
    await publish();
    await until(() => hanging === 1, "a request under way", 20_000);
    await kill(first);
    const killedMs = performance.now();
    const recorded = (await list())
      .filter((delivery) => delivery.status === "delivered")
      .map((delivery) => delivery.event_id);
    await openReplica("second");
    await allDelivered();
    const after = receiver.arrivals.find((arrival) => arrival.atMs > killedMs);
    expect((after?.atMs ?? 0) - killedMs).toBeLessThan(2 * leaseMs);
    const bodies = new Map<string, string>();
    for (const arrival of receiver.arrivals) {
      verify(webhook.secret, arrival);
      expect(bodies.get(arrival.messageId) ?? arrival.body).toBe(arrival.body);
      bodies.set(arrival.messageId, arrival.body);
    }
    expect(bodies.size).toBe(40);
    // Only what was not recorded when the first one died may come twice.
    for (const eventId of recorded) {
      expect(receiver.arrivals.filter((arrival) => arrival.messageId === eventId)).toHaveLength(1);
    }
    expect((await list()).every((delivery) => delivery.attempts.length === 1)).toBe(true);
  });

  it("is over at once when it starts again under its name", async () => {
    const { publish, allDelivered } = await prepare(5);
    const first = spawnReplica("stable");
    await ownersAre([["stable", 64]]);
    await kill(first);
    await publish();
    await db.query(statement("test-long-lease", "UPDATE shard_leases SET expires_at = now() + interval '1 hour'"), []);
    await openReplica("stable");
    await allDelivered();
  });
});

describe("an engine that was asleep", () => {
  it("changes nothing with a result that comes too late", async () => {
    const { publish, list, allDelivered } = await prepare(1);
    await publish();
    await openReplica("awake");
    receiver.answer = (_arrival, response) => void response.writeHead(receiver.arrivals.length === 1 ? 500 : 204).end();
    const rows = statement<{ id: string }>("test-rows", "SELECT id FROM deliveries");
    const [row] = await db.query(rows, []);
    await allDelivered();
    const late = {
      id: row?.id ?? "0",
      attempt: 0,
      outcome: "retry",
      delayMs: 0,
      at: new Date(),
      statusCode: 500,
      durationMs: 1,
      responseHead: null,
      error: "status",
    } as const;
    expect(await recordResults(db, [late, { ...late, outcome: "delivered" }])).toEqual(new Set());
    expect((await list())[0]?.attempts.map((attempt) => attempt.status_code)).toEqual([500, 204]);
  });

  it("sends nothing of what it had in memory after SIGSTOP has cost it its lease", async () => {
    const { publish, list, allDelivered } = await prepare(20);
    let finishFirst = () => undefined as unknown;
    receiver.answer = (_arrival, response) => {
      if (receiver.arrivals.length > 1) response.writeHead(204).end();
      else finishFirst = () => response.writeHead(500).end();
    };
    const sleeper = spawnReplica("sleeper");
    await ownersAre([["sleeper", 64]]);
    await publish();
    await receiver.received(1);
    sleeper.kill("SIGSTOP");
    await openReplica("awake");
    await ownersAre([["awake", 64]]);
    await allDelivered();
    finishFirst();
    sleeper.kill("SIGCONT");
    await sleep(1_000);
    // The one that was under way came twice; its late 500 counts for nothing.
    expect(receiver.arrivals).toHaveLength(21);
    expect((await list()).flatMap((delivery) => delivery.attempts.map((attempt) => attempt.status_code))).toEqual(
      Array(20).fill(204),
    );
  });
});

describe("two engines", () => {
  it("share the shards, and deliver everything once", async () => {
    const { publish, allDelivered } = await prepare(50);
    await openReplica("a");
    await ownersAre([["a", 64]]);
    await openReplica("b");
    await ownersAre([
      ["a", 32],
      ["b", 32],
    ]);
    await publish();
    await allDelivered();
    expect(receiver.arrivals).toHaveLength(50);
  });

  it("hand over without waiting when one of them stops in order", async () => {
    const first = await openReplica("a", { env: { SHARD_LEASE_MS: "60000" } });
    await ownersAre([["a", 64]]);
    replicas.splice(replicas.indexOf(first), 1);
    await first.close();
    await openReplica("b");
    await ownersAre([["b", 64]]);
  });
});

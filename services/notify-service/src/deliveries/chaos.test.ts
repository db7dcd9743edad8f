import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Database, openDatabase, statement } from "@roundtrip/database/database";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenNotifyService, openNotifyService, settingsFor } from "../test/open-notify-service.ts";
import { type Arrival, openReceiver, type Receiver, until, verify } from "../test/open-receiver.ts";
import { publishCompleted } from "../test/publish-event.ts";
import { createTestWebhook, type TestWebhook } from "../test/test-webhook.ts";

const { database } = useTestDatabase("notify");
const script = fileURLToPath(new URL("../test/run-engine.ts", import.meta.url));
const replicas = new Map<string, ChildProcess>();
let planner: OpenNotifyService;
let db: Database;
let receivers: Receiver[] = [];

beforeAll(async () => {
  planner = await openNotifyService(database().url, { workers: ["notify-service-on-public-event"] });
  db = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
  receivers = await Promise.all(Array.from({ length: 4 }, openReceiver));
});
afterAll(async () => {
  await Promise.all([...replicas.keys()].map((name) => kill(name)));
  await planner.close();
  await db.close();
  for (const receiver of receivers) await receiver.close();
});

const start = (name: string): void => {
  const settings = { ...settingsFor(database().url), SHARD_LEASE_MS: "1000", INSTANCE_ID: name };
  const argv = ["--conditions=source", "--import=tsx", script, JSON.stringify(settings)];
  replicas.set(name, spawn(process.execPath, argv, { stdio: ["ignore", "ignore", "inherit"] }));
};
const kill = async (name: string): Promise<void> => {
  const child = replicas.get(name);
  replicas.delete(name);
  if (!child) return;
  child.kill("SIGKILL");
  await once(child, "exit");
};
const terminate = statement(
  "test-terminate",
  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
   WHERE datname = current_database() AND application_name = 'notify-service' AND pid <> pg_backend_pid()`,
);

/** A small generator with a seed, so that a failure can be looked at again. */
const createRandom = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const left = statement<{ count: number }>("test-left", "SELECT count(*)::int AS count FROM deliveries");
const recorded = statement<{ event_id: string; webhook_id: string; attempts: number; ok: number }>(
  "test-recorded",
  `SELECT d.event_id, d.webhook_id, count(a.*)::int AS attempts, count(*) FILTER (WHERE a.status_code = 204)::int AS ok
   FROM deliveries_done d JOIN delivery_attempts a USING (delivery_id)
   WHERE d.status = 'delivered' GROUP BY d.delivery_id, d.event_id, d.webhook_id`,
);

/**
 * One answer in seven is a 500, one in twenty none at all, but never more than three in a row for one message: the fifth
 * wait of the schedule is longer than this test.
 */
const misbehave = (random: () => number): Receiver["answer"] => {
  const failures = new Map<string, number>();
  return async ({ messageId }, response) => {
    await sleep(random() * 20);
    const dice = random();
    const failed = failures.get(messageId) ?? 0;
    if (dice >= 0.2 || failed >= 3) return void response.writeHead(204).end();
    failures.set(messageId, failed + 1);
    if (dice < 0.05) response.destroy();
    else response.writeHead(500).end();
  };
};

/** Kills a replica, puts it to sleep for longer than its lease, or cuts every connection to the database. */
const strike = async (random: () => number): Promise<void> => {
  const name = random() < 0.5 ? "a" : "b";
  const dice = random();
  if (dice < 0.5) {
    await kill(name);
    start(name);
  } else if (dice < 0.75) {
    replicas.get(name)?.kill("SIGSTOP");
    await sleep(1_300);
    replicas.get(name)?.kill("SIGCONT");
  } else await db.query(terminate, []);
};

describe("whatever happens to the replicas", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  it(`every event arrives at every webhook, with the same bytes and a valid signature (seed ${seed})`, async () => {
    const random = createRandom(seed);
    const { headers, workspaceId } = planner.callers.workspace();
    const webhooks: TestWebhook[] = [];
    for (const receiver of receivers) {
      webhooks.push(await createTestWebhook(planner.app, headers, { url: receiver.url, timeout_ms: 1_000 }));
      receiver.answer = misbehave(random);
    }
    start("a");
    start("b");
    const sent: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (let event = 0; event < 25; event += 1) {
        sent.push((await publishCompleted(planner.bus, workspaceId)).eventId);
        await sleep(random() * 20);
      }
      await strike(random);
    }
    await until(async () => (await db.query(left, []))[0]?.count === 0, "nothing left", 60_000);
    for (const [index, receiver] of receivers.entries()) checkLedger(receiver.arrivals, sent, webhooks[index]);
    await checkRecord(sent.length, webhooks);
  }, 120_000);
});

/** What is on record happened: one success each, and no more attempts than requests. */
const checkRecord = async (sent: number, webhooks: readonly TestWebhook[]): Promise<void> => {
  const rows = await db.query(recorded, []);
  expect(rows).toHaveLength(sent * webhooks.length);
  for (const row of rows) {
    const receiver = receivers[webhooks.findIndex((webhook) => webhook.webhookId === row.webhook_id)];
    const arrivals = receiver?.arrivals.filter((arrival) => arrival.messageId === row.event_id).length ?? 0;
    expect(row.ok).toBe(1);
    expect(row.attempts).toBeLessThanOrEqual(arrivals);
  }
};

const checkLedger = (arrivals: readonly Arrival[], sent: readonly string[], webhook: TestWebhook | undefined): void => {
  const bodies = new Map<string, string>();
  for (const arrival of arrivals) {
    verify(webhook?.secret ?? "", arrival);
    expect(bodies.get(arrival.messageId) ?? arrival.body).toBe(arrival.body);
    bodies.set(arrival.messageId, arrival.body);
  }
  expect(new Set(bodies.keys())).toEqual(new Set(sent));
};

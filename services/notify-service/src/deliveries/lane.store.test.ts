import { type Sql, statement } from "@roundtrip/database/database";
import { beforeAll, describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { type SeededWebhook, seedDeliveries, seedRetries, seedWebhook } from "../test/seed-deliveries.ts";
import {
  giveUpDeliveries,
  listLaneSettings,
  listLanesWithFirstTries,
  listLanesWithRetries,
  loadLanes,
} from "./lane.store.ts";
import { shardCount } from "./shard.rules.ts";

const { service } = useNotifyService({ workers: [] });
const db = () => service().db;
const allShards = Array.from({ length: shardCount }, (_, shard) => shard);
const load = async (webhook: { webhookId: string; shard: number }, rowsMax: number) =>
  loadLanes(db(), [{ ...webhook, rowsMax }]);

describe("loading a lane", () => {
  it("brings first tries by age and retries by the instant they are due, with the event's body", async () => {
    const webhook = await seedWebhook(db());
    const ids = await seedDeliveries(db(), webhook, 6);
    await seedRetries(db(), ids.slice(0, 1), { attempt: 3, dueInMs: -1_000 });
    await seedRetries(db(), ids.slice(1, 2), { attempt: 1, dueInMs: -2_000 });
    await seedRetries(db(), ids.slice(2, 3), { attempt: 1, dueInMs: 60_000 });
    const rows = await load(webhook, 10);
    expect(rows.filter((row) => row.attempt === 0).map((row) => row.id)).toEqual(ids.slice(3));
    expect(rows.filter((row) => row.attempt > 0).map((row) => row.id)).toEqual([ids[1], ids[0], ids[2]]);
    expect(rows.map((row) => row.body)).toEqual(rows.map((row) => `{"event":"${row.eventId}"}`));
    expect(rows.filter((row) => row.attempt === 0).every((row) => row.dueInMs === 0)).toBe(true);
    const waiting = rows.find((row) => row.id === ids[2]);
    expect(waiting?.dueInMs).toBeGreaterThan(50_000);
    expect(waiting?.dueInMs).toBeLessThanOrEqual(60_000);
  });

  it("brings at most as many of each kind as asked for, for each lane its own", async () => {
    const one = await seedWebhook(db());
    const other = await seedWebhook(db());
    const ids = await seedDeliveries(db(), one, 9);
    await seedDeliveries(db(), other, 9);
    await seedRetries(db(), ids.slice(5), { attempt: 1, dueInMs: 0 });
    const rows = await loadLanes(db(), [
      { ...one, rowsMax: 3 },
      { ...other, rowsMax: 2 },
    ]);
    const of = (webhookId: string) => rows.filter((row) => row.webhookId === webhookId).map((row) => row.attempt);
    expect(of(one.webhookId)).toEqual([0, 0, 0, 1, 1, 1]);
    expect(of(other.webhookId)).toEqual([0, 0]);
  });
});

describe("looking for lanes", () => {
  it("finds each webhook once, in the shards that are asked for", async () => {
    const webhook = await seedWebhook(db());
    const ids = await seedDeliveries(db(), webhook, 5);
    await seedRetries(db(), ids.slice(0, 2), { attempt: 1, dueInMs: 5_000 });
    await seedRetries(db(), ids.slice(2, 3), { attempt: 2, dueInMs: 1_000 });
    const { webhookId, shard } = webhook;
    const own = <T extends { webhookId: string }>(found: readonly T[]) =>
      found.filter((each) => each.webhookId === webhookId);
    expect(own(await listLanesWithFirstTries(db(), allShards))).toEqual([{ webhookId, shard }]);
    const [retry, ...others] = own(await listLanesWithRetries(db(), allShards));
    expect(others).toEqual([]);
    expect(retry?.dueInMs).toBeGreaterThan(0);
    expect(retry?.dueInMs).toBeLessThanOrEqual(1_000);
    const elsewhere = allShards.filter((each) => each !== shard);
    expect(own(await listLanesWithFirstTries(db(), elsewhere))).toEqual([]);
    expect(own(await listLanesWithRetries(db(), elsewhere))).toEqual([]);
  });
});

describe("the cost", () => {
  const counter = statement<{ rows: number }>(
    "test-rows-read",
    `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows FROM pg_stat_xact_user_tables WHERE relname = 'deliveries'`,
  );
  /** Rows of `deliveries` that the work has read. */
  const rowsRead = (work: (sql: Sql) => Promise<unknown>): Promise<number> =>
    db().transaction(async (tx) => {
      // The counter also holds what earlier transactions of the connection have not handed in yet.
      const before = (await tx.query(counter, []))[0]?.rows ?? 0;
      await work(tx);
      return ((await tx.query(counter, []))[0]?.rows ?? 0) - before;
    });
  let big: SeededWebhook;
  beforeAll(async () => {
    big = await seedWebhook(db());
    const ids = await seedDeliveries(db(), big, 5_000);
    await seedRetries(db(), ids.slice(0, 2_500), { attempt: 1, dueInMs: 3_600_000 });
    // What an update leaves behind is read once more, and then never again; here nobody counts it.
    await db().query(statement("test-vacuum", "VACUUM (ANALYZE) deliveries"), []);
  });

  it("does not grow with a backlog", async () => {
    expect(
      await rowsRead((sql) => sql.query(statement("test-count", "SELECT count(attempt) FROM deliveries"), [])),
    ).toBeGreaterThan(4_999);
    expect(await rowsRead((sql) => listLanesWithFirstTries(sql, allShards))).toBeLessThan(100);
    expect(await rowsRead((sql) => listLanesWithRetries(sql, allShards))).toBeLessThan(100);
    expect(await rowsRead((sql) => loadLanes(sql, [{ ...big, rowsMax: 32 }]))).toBeLessThan(100);
  });
});

describe("settings", () => {
  it("say whether the webhook may be sent to", async () => {
    const webhooks = await Promise.all([seedWebhook(db()), seedWebhook(db()), seedWebhook(db())]);
    const [enabled, disabled, deleted] = webhooks.map((webhook) => webhook.webhookId);
    await db().query(statement("test-disable", "UPDATE webhooks SET state = 'disabled' WHERE webhook_id = $1"), [
      disabled,
    ]);
    await db().query(statement("test-delete", "UPDATE webhooks SET deleted_at = now() WHERE webhook_id = $1"), [
      deleted,
    ]);
    const rows = await listLaneSettings(db(), [enabled ?? "", disabled ?? "", deleted ?? ""]);
    expect(new Map(rows.map((row) => [row.webhookId, row.isEnabled]))).toEqual(
      new Map([
        [enabled, true],
        [disabled, false],
        [deleted, false],
      ]),
    );
  });
});

describe("giving up", () => {
  it("ends what is open of a disabled webhook, except what is under way, some at a time", async () => {
    const webhook = await seedWebhook(db());
    const ids = await seedDeliveries(db(), webhook, 5);
    const underWay = ids.slice(0, 1);
    expect(await giveUpDeliveries(db(), webhook.webhookId, { underWay, rowsMax: 3 })).toEqual([]);
    await db().query(statement("test-disable", "UPDATE webhooks SET state = 'disabled' WHERE webhook_id = $1"), [
      webhook.webhookId,
    ]);
    expect(await giveUpDeliveries(db(), webhook.webhookId, { underWay, rowsMax: 3 })).toHaveLength(3);
    expect(await giveUpDeliveries(db(), webhook.webhookId, { underWay, rowsMax: 3 })).toHaveLength(1);
    const ended = statement<{ status: string }>(
      "test-ended",
      "SELECT status FROM deliveries_done WHERE webhook_id = $1",
    );
    expect((await db().query(ended, [webhook.webhookId])).map((row) => row.status)).toEqual(Array(4).fill("failed"));
    expect((await load(webhook, 10)).map((row) => row.id)).toEqual(underWay);
  });
});

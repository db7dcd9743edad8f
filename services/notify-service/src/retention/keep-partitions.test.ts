import { statement } from "@roundtrip/database/database";
import { describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { keepPartitions } from "./keep-partitions.ts";
import { listDays } from "./partition.store.ts";

const { service } = useNotifyService({ workers: [] });
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const keep = (now: string, retentionDays = 30) =>
  keepPartitions({ db: service().db, log, retentionDays, now: new Date(now) });
const days = (table: string) => listDays(service().db, table);
const insertEvent = statement(
  "test-insert-event",
  `INSERT INTO events (event_id, created_at, workspace_id, type, occurred_at, body)
   VALUES (gen_random_uuid(), $1, gen_random_uuid(), 't', $1, '{}')`,
);
const partitionOf = statement<{ partition: string }>(
  "test-partition-of",
  "SELECT tableoid::regclass::text AS partition FROM events WHERE created_at = $1",
);
const find = async (at: string) => (await service().db.query(partitionOf, [at])).map((row) => row.partition);

describe("partitions", () => {
  it("are there when the service starts, for every table and a week ahead", async () => {
    const inAWeek = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
    for (const table of ["events", "deliveries_done", "delivery_attempts"]) {
      expect(await days(table)).toHaveLength(9);
      expect((await days(table)).at(-1)).toBe(inAWeek);
    }
  });

  it("take the rows of their day, from midnight to midnight in UTC", async () => {
    await keep("2031-03-30T12:00:00Z");
    for (const at of ["2031-03-30T00:00:00.000Z", "2031-03-30T23:59:59.999Z"]) {
      await service().db.query(insertEvent, [at]);
      expect(await find(at)).toEqual(["events_20310330"]);
    }
  });

  it("that are missing fail no row, and are left to the default one from then on", async () => {
    const at = "2032-01-05T12:00:00.000Z";
    await service().db.query(insertEvent, [at]);
    expect(await find(at)).toEqual(["events_default"]);
    await keep("2032-01-05T13:00:00Z");
    expect(await days("events")).not.toContain("2032-01-05");
    expect(await days("events")).toContain("2032-01-06");
    await service().db.query(insertEvent, ["2032-01-05T14:00:00.000Z"]);
  });

  it("older than the retention are dropped, and so are old rows without a partition", async () => {
    await service().db.query(insertEvent, ["2033-01-01T12:00:00.000Z"]);
    await keep("2033-01-10T12:00:00Z", 14);
    await keep("2033-02-20T12:00:00Z", 14);
    expect((await days("events"))[0]).toBe("2033-02-19");
    expect(await find("2033-01-01T12:00:00.000Z")).toEqual([]);
  });

  it("of events stay while an open delivery needs one", async () => {
    await keep("2034-01-01T12:00:00Z", 14);
    const open = statement(
      "test-open-delivery",
      `INSERT INTO deliveries (delivery_id, event_id, event_created_at, webhook_id, workspace_id, type, shard)
       VALUES (gen_random_uuid(), gen_random_uuid(), '2034-01-02T12:00:00Z', gen_random_uuid(), gen_random_uuid(), 't', 0)`,
    );
    await service().db.query(open, []);
    await keep("2034-03-01T12:00:00Z", 14);
    expect((await days("events"))[0]).toBe("2034-01-02");
    expect((await days("delivery_attempts"))[0]).toBe("2034-02-28");
  });

  it("may be kept by several replicas at once", async () => {
    await Promise.all([1, 2, 3].map(() => keep("2035-01-01T12:00:00Z")));
    expect(await days("deliveries_done")).toContain("2035-01-08");
  });
});

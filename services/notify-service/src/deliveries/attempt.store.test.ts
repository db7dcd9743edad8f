import { statement } from "@roundtrip/database/database";
import { describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { type SeededWebhook, seedDeliveries, seedWebhook } from "../test/seed-deliveries.ts";
import { type AttemptResult, markWebhooks, recordResults } from "./attempt.store.ts";

const { service } = useNotifyService({ workers: [] });
const db = () => service().db;

const result = (id: string, changes: Partial<AttemptResult> = {}): AttemptResult => ({
  id,
  attempt: 0,
  outcome: "delivered",
  delayMs: 0,
  at: new Date("2026-11-20T16:00:00.123Z"),
  statusCode: 200,
  durationMs: 12,
  responseHead: "ok ✓",
  error: null,
  ...changes,
});

const state = statement<{ id: string; attempt: number; waitMs: number }>(
  "test-state",
  `SELECT id, attempt, (extract(epoch FROM next_attempt_at - now()) * 1000)::float8 AS "waitMs" FROM deliveries
   WHERE webhook_id = $1 ORDER BY id`,
);
const done = statement<{ status: string; attempt: number; attempts: number }>(
  "test-done",
  `SELECT d.status, d.attempt, (SELECT count(*)::int FROM delivery_attempts a WHERE a.delivery_id = d.delivery_id) AS attempts
   FROM deliveries_done d WHERE webhook_id = $1 ORDER BY status`,
);
const log = statement<{
  attempt: number;
  at: Date;
  status_code: number | null;
  response_head: string | null;
  error: string | null;
}>(
  "test-log",
  `SELECT a.attempt, a.at, a.status_code, a.response_head, a.error FROM delivery_attempts a
   JOIN (SELECT delivery_id, webhook_id FROM deliveries UNION ALL SELECT delivery_id, webhook_id FROM deliveries_done) d USING (delivery_id)
   WHERE d.webhook_id = $1 ORDER BY a.attempt`,
);
const webhookState = statement<{ state: string; disabled_reason: string | null; failing_since: Date | null }>(
  "test-webhook-state",
  "SELECT state, disabled_reason, failing_since FROM webhooks WHERE webhook_id = $1",
);
const read = async (webhook: SeededWebhook) => ({
  open: await db().query(state, [webhook.webhookId]),
  done: await db().query(done, [webhook.webhookId]),
  log: await db().query(log, [webhook.webhookId]),
  webhook: (await db().query(webhookState, [webhook.webhookId]))[0],
});

describe("recording", () => {
  it("does every outcome of a batch in one go", async () => {
    const webhook = await seedWebhook(db());
    const ids = await seedDeliveries(db(), webhook, 5);
    const [delivered = "", retried = "", exhausted = "", gone = "", untouched = ""] = ids;
    const counted = await recordResults(db(), [
      result(delivered),
      result(retried, { outcome: "retry", delayMs: 60_000, statusCode: 500, error: "status" }),
      result(exhausted, { outcome: "exhausted", statusCode: null, responseHead: null, error: "timeout" }),
      result(gone, { outcome: "gone", statusCode: 410, error: "gone" }),
    ]);
    expect(counted).toEqual(new Set([delivered, retried, exhausted, gone]));
    const after = await read(webhook);
    expect(after.open.map(({ id, attempt }) => [id, attempt])).toEqual([
      [retried, 1],
      [untouched, 0],
    ]);
    expect(after.open[0]?.waitMs).toBeGreaterThan(55_000);
    expect(after.open[0]?.waitMs).toBeLessThanOrEqual(60_000);
    expect(after.done).toEqual([
      { status: "delivered", attempt: 1, attempts: 1 },
      { status: "exhausted", attempt: 1, attempts: 1 },
      { status: "failed", attempt: 1, attempts: 1 },
    ]);
    expect(after.webhook).toMatchObject({ state: "disabled", disabled_reason: "gone" });
  });

  it("logs what came back", async () => {
    const webhook = await seedWebhook(db());
    const [id = ""] = await seedDeliveries(db(), webhook, 1);
    await recordResults(db(), [
      result(id, { outcome: "retry", statusCode: null, responseHead: null, error: "timeout" }),
    ]);
    await recordResults(db(), [result(id, { attempt: 1 })]);
    expect((await read(webhook)).log).toEqual([
      {
        attempt: 1,
        at: new Date("2026-11-20T16:00:00.123Z"),
        status_code: null,
        response_head: null,
        error: "timeout",
      },
      { attempt: 2, at: new Date("2026-11-20T16:00:00.123Z"), status_code: 200, response_head: "ok ✓", error: null },
    ]);
  });

  it.each(["delivered", "retry", "exhausted", "gone"] as const)(
    "counts %s once, however often it is written",
    async (outcome) => {
      const webhook = await seedWebhook(db());
      const [id = ""] = await seedDeliveries(db(), webhook, 1);
      const once = result(id, { outcome, delayMs: 1_000 });
      const [first, second] = await Promise.all([recordResults(db(), [once]), recordResults(db(), [once])]);
      expect((first?.size ?? 0) + (second?.size ?? 0)).toBe(1);
      const after = await read(webhook);
      expect(after.log).toHaveLength(1);
      expect(after.open.length + after.done.length).toBe(1);
    },
  );

  it("does not count what belongs to another attempt", async () => {
    const webhook = await seedWebhook(db());
    const [id = ""] = await seedDeliveries(db(), webhook, 1);
    expect(await recordResults(db(), [result(id, { attempt: 1 }), result("999999999")])).toEqual(new Set());
    expect(await read(webhook)).toMatchObject({ open: [{ id, attempt: 0 }], done: [], log: [] });
  });

  it("leaves a webhook that was disabled by hand with its own reason", async () => {
    const webhook = await seedWebhook(db());
    const [id = ""] = await seedDeliveries(db(), webhook, 1);
    const byHand = statement(
      "test-by-hand",
      "UPDATE webhooks SET state = 'disabled', disabled_reason = 'manual' WHERE webhook_id = $1",
    );
    await db().query(byHand, [webhook.webhookId]);
    await recordResults(db(), [result(id, { outcome: "gone" })]);
    expect((await read(webhook)).webhook).toMatchObject({ state: "disabled", disabled_reason: "manual" });
  });
});

describe("the failing mark", () => {
  it("keeps the beginning of the failures, until they end", async () => {
    const webhook = await seedWebhook(db());
    const since = async () => (await read(webhook)).webhook?.failing_since ?? null;
    await markWebhooks(db(), [webhook.webhookId], "failing");
    const began = await since();
    expect(began).not.toBeNull();
    await markWebhooks(db(), [webhook.webhookId], "failing");
    expect(await since()).toEqual(began);
    await markWebhooks(db(), [webhook.webhookId], "working");
    expect(await since()).toBeNull();
  });
});

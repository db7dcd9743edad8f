import { setTimeout as sleep } from "node:timers/promises";
import { statement } from "@roundtrip/database/database";
import { createKeyringText } from "@roundtrip/secret-box/keyring";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpenNotifyService, openNotifyService, useNotifyService } from "../test/open-notify-service.ts";
import { openReceiver, type Receiver, status, until, verify } from "../test/open-receiver.ts";
import { publishCompleted } from "../test/publish-event.ts";
import type { TestWorkspace } from "../test/test-callers.ts";
import { createTestWebhook, listTestDeliveries, type TestWebhook } from "../test/test-webhook.ts";

/** Takes events in; each test opens the engine it wants. */
const { service, database } = useNotifyService({ workers: ["notify-service-on-public-event"] });
let receiver: Receiver;
let workspace: TestWorkspace;
let webhook: TestWebhook;
const engines: OpenNotifyService[] = [];
beforeEach(async () => {
  receiver = await openReceiver();
  workspace = service().callers.workspace();
  webhook = await createTestWebhook(service().app, workspace.headers, { url: receiver.url });
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  await receiver.close();
});

const openEngine = async (env: Record<string, string> = {}): Promise<OpenNotifyService> => {
  const { bus, callers } = service();
  const engine = await openNotifyService(database().url, { workers: ["notify-service-deliver"], bus, callers, env });
  engines.push(engine);
  return engine;
};
const publish = async (count: number) => {
  for (let event = 0; event < count; event += 1) await publishCompleted(service().bus, workspace.workspaceId);
};
const list = () => listTestDeliveries(service().app, workspace.headers, webhook.webhookId);
const countTaken = async (): Promise<number> =>
  (await service().db.query({ name: "test-inbox", text: "SELECT event_id FROM inbox" }, [])).length;
const call = async (method: "POST" | "PATCH" | "DELETE", path = "", payload?: object) => {
  const url = `/v2/webhooks/${webhook.webhookId}${path}`;
  const answer = await service().app.inject({
    method,
    url,
    headers: workspace.headers,
    ...(payload ? { payload } : {}),
  });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer;
};
const statuses = statement<{ status: string; count: number }>(
  "test-statuses",
  `SELECT status, count(*)::int AS count FROM
     (SELECT status, webhook_id FROM deliveries_done UNION ALL SELECT 'pending', webhook_id FROM deliveries) AS every
   WHERE webhook_id = $1 GROUP BY status ORDER BY status`,
);

describe("a webhook with open deliveries", () => {
  it("that is deleted gets no more, and its deliveries are given up", async () => {
    await openEngine();
    receiver.answer = status(500);
    await publish(50);
    await receiver.received(50);
    await call("DELETE");
    await until(async () => {
      const rows = await service().db.query(statuses, [webhook.webhookId]);
      return rows.length === 1 && rows[0]?.status === "failed" && rows[0].count === 50;
    }, "all given up");
    const before = receiver.arrivals.length;
    await publish(3);
    await sleep(1_200);
    expect(receiver.arrivals.length).toBe(before);
  });

  it("that is disabled gets no more, and gets new events when it is enabled", async () => {
    await openEngine();
    receiver.answer = status(500);
    await publish(5);
    await receiver.received(5);
    await call("POST", "/disable");
    await until(async () => (await list()).every((delivery) => delivery.status === "failed"), "given up");
    const before = await countTaken();
    await publish(1);
    // Only what has been taken while the webhook was disabled is none of its business.
    await until(async () => (await countTaken()) > before, "the event for nobody");
    await call("POST", "/enable");
    receiver.answer = status(204);
    await publish(1);
    await until(async () => (await list()).some((delivery) => delivery.status === "delivered"), "the new one");
    expect(await list()).toHaveLength(6);
  });

  it("that moves gets the next attempt at its new place, with its new limits", async () => {
    await openEngine({ RETRY_SCALE: "0.1" });
    const elsewhere = await openReceiver();
    receiver.answer = status(500);
    await publish(1);
    await receiver.received(1);
    await call("PATCH", "", { url: elsewhere.url, timeout_ms: 700, max_in_flight: 2 });
    const [arrival] = await elsewhere.received(1);
    expect(arrival?.messageId).toBe(receiver.arrivals[0]?.messageId);
    expect(receiver.arrivals).toHaveLength(1);
    await elsewhere.close();
  });

  it("whose secret rotates is signed with both until the overlap ends", async () => {
    await openEngine();
    const { secret } = (await call("POST", "/rotate-secret", { overlap_seconds: 3_600 })).json();
    await publish(1);
    const [arrival] = await receiver.received(1);
    if (!arrival) throw new Error("one arrival");
    expect(arrival.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    verify(secret, arrival);
    verify(webhook.secret, arrival);
    const ended = statement(
      "test-end-overlap",
      "UPDATE webhook_secrets SET retires_at = now() WHERE retires_at IS NOT NULL",
    );
    await service().db.query(ended, []);
    await call("PATCH", "", { description: "looked at again" });
    await publish(1);
    const [, second] = await receiver.received(2);
    if (!second) throw new Error("two arrivals");
    verify(secret, second);
    expect(() => verify(webhook.secret, second)).toThrow();
  });
});

describe("an address that was allowed when the webhook was saved", () => {
  it("is refused when it no longer is, without a connection", async () => {
    await openEngine({ ALLOW_PRIVATE_CIDRS: "" });
    await publish(1);
    await until(async () => (await list())[0]?.attempts.length === 2, "two attempts");
    expect((await list())[0]?.attempts[0]).toMatchObject({ status_code: null, error: "address_not_allowed" });
    expect(receiver.arrivals).toEqual([]);
  });
});

describe("a fault of our own", () => {
  it("such as a missing master key spends no attempt, and is logged", async () => {
    const engine = await openEngine({ MASTER_KEY: createKeyringText() });
    await publish(2);
    await until(
      () => engine.logged.some((line) => line["msg"] === "a webhook's secret cannot be opened"),
      "a log line",
    );
    // The second event may still be on its way when the first one's fault is logged.
    await until(async () => (await list()).length === 2, "both deliveries");
    expect(await list()).toMatchObject([
      { status: "pending", attempts: [] },
      { status: "pending", attempts: [] },
    ]);
    expect(engine.logged.filter((line) => line["level"] === 50).length).toBeLessThan(10);
    engines.splice(engines.indexOf(engine), 1);
    await engine.close();
    await openEngine();
    await receiver.received(2);
  });
});

describe("an engine that is stopped in order", () => {
  it("lets its requests end, records them, and leaves the rest to the next one", async () => {
    const engine = await openEngine();
    receiver.answer = (_arrival, response) => void setTimeout(() => response.writeHead(204).end(), 400);
    await publish(2);
    await receiver.received(1);
    engines.splice(engines.indexOf(engine), 1);
    await engine.close();
    expect((await list()).map((delivery) => delivery.status)).toEqual(["pending", "delivered"]);
    expect(receiver.arrivals).toHaveLength(1);
    await openEngine();
    await until(async () => (await list()).every((delivery) => delivery.status === "delivered"), "both");
    expect(receiver.arrivals).toHaveLength(2);
  });
});

describe("a backlog", () => {
  it("larger than memory is worked off in its order, once", async () => {
    await publish(300);
    await until(async () => (await service().db.query(statuses, [webhook.webhookId]))[0]?.count === 300, "planned");
    await call("PATCH", "", { max_in_flight: 1 });
    await openEngine();
    await receiver.received(300, 20_000);
    const ids = receiver.arrivals.map((arrival) => arrival.messageId);
    expect(new Set(ids).size).toBe(300);
    expect(ids).toEqual([...ids].sort());
  });
});

describe("deliveries planned by another replica", () => {
  it("are sent at once, not when the sweep comes by", async () => {
    await openEngine();
    await publish(1);
    await receiver.received(1);
    const waits: number[] = [];
    for (let round = 2; round < 12; round += 1) {
      const publishedMs = performance.now();
      await publish(1);
      const arrivals = await receiver.received(round);
      waits.push((arrivals.at(-1)?.atMs ?? 0) - publishedMs);
    }
    // The sweep alone would take half a second on average.
    expect(waits.sort((one, other) => one - other)[5]).toBeLessThan(200);
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CuttableProxy, openCuttableProxy } from "../test/cuttable-proxy.ts";
import { type OpenNotifyService, openNotifyService } from "../test/open-notify-service.ts";
import { openReceiver, type Receiver, until } from "../test/open-receiver.ts";
import { publishCompleted } from "../test/publish-event.ts";
import { createTestWebhook, listTestDeliveries } from "../test/test-webhook.ts";

const { database } = useTestDatabase("notify");
let proxy: CuttableProxy;
let service: OpenNotifyService;
let receiver: Receiver;
beforeAll(async () => {
  proxy = await openCuttableProxy(database().url);
  service = await openNotifyService(proxy.url);
});
afterAll(async () => {
  await service.close();
  proxy.close();
});
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(() => receiver.close());

describe("while the database is away", () => {
  it("requests under way end, their results wait, and nothing is sent twice or lost", async () => {
    const workspace = service.callers.workspace();
    const webhook = await createTestWebhook(service.app, workspace.headers, { url: receiver.url });
    receiver.answer = (_arrival, response) => void setTimeout(() => response.writeHead(204).end(), 100);
    const sent = [];
    for (let event = 0; event < 30; event += 1) sent.push(await publishCompleted(service.bus, workspace.workspaceId));
    await receiver.received(3);
    proxy.cut();
    for (let event = 0; event < 5; event += 1) sent.push(await publishCompleted(service.bus, workspace.workspaceId));
    await sleep(1_500);
    proxy.mend();
    await receiver.received(35, 20_000);
    await until(async () => {
      const deliveries = await listTestDeliveries(service.app, workspace.headers, webhook.webhookId);
      return deliveries.length === 35 && deliveries.every((delivery) => delivery.status === "delivered");
    }, "all delivered");
    expect(new Set(receiver.arrivals.map((arrival) => arrival.messageId))).toEqual(
      new Set(sent.map((event) => event.eventId)),
    );
    expect(receiver.arrivals).toHaveLength(35);
  });

  it("the routes answer 503 with Retry-After, and work again afterwards", async () => {
    const { headers } = service.callers.workspace();
    proxy.cut();
    for (const request of [
      { method: "GET", url: "/v2/webhooks" },
      { method: "POST", url: "/v2/webhooks", payload: { url: receiver.url, event_types: ["*"] } },
      { method: "GET", url: "/v2/deliveries/0192f0c1-2a30-7c4d-9d0e-6f1a2b3c4d5e" },
    ] as const) {
      const answer = await service.app.inject({ ...request, headers });
      expect(answer.statusCode, answer.body).toBe(503);
      expect(answer.json()).toMatchObject({ code: "dependency_unavailable" });
      expect(answer.headers["retry-after"]).toBeDefined();
    }
    proxy.mend();
    const again = await service.app.inject({ url: "/v2/webhooks", headers });
    expect(again.json()).toEqual({ data: [], next: null });
  });
});

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { openReceiver, type Receiver, until } from "../test/open-receiver.ts";
import { publishCompleted } from "../test/publish-event.ts";
import type { TestWorkspace } from "../test/test-callers.ts";
import { createTestWebhook, listTestDeliveries } from "../test/test-webhook.ts";

const { service } = useNotifyService();
let workspace: TestWorkspace;
const receivers: Receiver[] = [];
beforeEach(() => {
  workspace = service().callers.workspace();
});
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

const open = async (): Promise<Receiver> => {
  const receiver = await openReceiver();
  receivers.push(receiver);
  return receiver;
};
const subscribe = (receiver: Receiver, body = {}) =>
  createTestWebhook(service().app, workspace.headers, { url: receiver.url, ...body });

describe("a receiver that does not answer", () => {
  it("does not delay twenty others", async () => {
    const slow = await open();
    const released = new AbortController();
    slow.answer = async (_arrival, response) => {
      if (!released.signal.aborted) await once(released.signal, "abort");
      response.writeHead(204).end();
    };
    await subscribe(slow);
    const healthy = await Promise.all(Array.from({ length: 20 }, open));
    for (const receiver of healthy) await subscribe(receiver);
    for (let event = 0; event < 50; event += 1) await publishCompleted(service().bus, workspace.workspaceId);
    // A thousand deliveries while the slow one holds its first.
    await Promise.all(healthy.map((receiver) => receiver.received(50)));
    expect(slow.arrivals).toHaveLength(1);
    released.abort();
    await slow.received(50);
  });
});

describe("requests in flight", () => {
  it.each([1, 3, 8])("are never more than %d when the webhook says so", async (maxInFlight) => {
    const receiver = await open();
    let now = 0;
    let most = 0;
    receiver.answer = async (_arrival, response) => {
      now += 1;
      most = Math.max(most, now);
      await sleep(20);
      now -= 1;
      response.writeHead(204).end();
    };
    const webhook = await subscribe(receiver, { max_in_flight: maxInFlight });
    for (let event = 0; event < 40; event += 1) await publishCompleted(service().bus, workspace.workspaceId);
    await receiver.received(40);
    expect(most).toBe(maxInFlight);
    await until(async () => {
      const deliveries = await listTestDeliveries(service().app, workspace.headers, webhook.webhookId);
      return deliveries.every((delivery) => delivery.status === "delivered");
    }, "delivered");
  });
});

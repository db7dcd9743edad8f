import type { Delivery } from "@roundtrip/contracts/notify/delivery";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { openReceiver, type Receiver, status, until } from "../test/open-receiver.ts";
import { publishCompleted } from "../test/publish-event.ts";
import type { TestWorkspace } from "../test/test-callers.ts";
import { createTestWebhook, listTestDeliveries } from "../test/test-webhook.ts";

const { service } = useNotifyService({ env: { RETRY_SCALE: "1" } });
let receiver: Receiver;
let workspace: TestWorkspace;
let webhookId: string;
let deliveries: readonly Delivery[] = [];

beforeAll(async () => {
  receiver = await openReceiver();
  workspace = service().callers.workspace();
  ({ webhookId } = await createTestWebhook(service().app, workspace.headers, { url: receiver.url }));
  // Seven that arrive and three that wait for their second attempt.
  for (const [count, code] of [
    [7, 200],
    [3, 503],
  ] as const) {
    // Whoever has to wait waits for longer than the test takes.
    receiver.answer = status(code, { "retry-after": "3600" });
    const before = receiver.arrivals.length;
    for (let event = 0; event < count; event += 1) await publishCompleted(service().bus, workspace.workspaceId);
    await receiver.received(before + count);
    await until(
      async () =>
        (await listTestDeliveries(service().app, workspace.headers, webhookId)).every(
          (each) => each.attempts.length === 1,
        ),
      "recorded",
    );
  }
  deliveries = await listTestDeliveries(service().app, workspace.headers, webhookId);
});
afterAll(() => receiver.close());

const get = (url: string, headers = workspace.headers) => service().app.inject({ url, headers });
const list = async (query: string) => (await get(`/v2/webhooks/${webhookId}/deliveries?${query}`)).json();

describe("200", () => {
  it("lists deliveries newest first, whether they are open or have ended", () => {
    expect(deliveries.map((each) => each.status)).toEqual([...Array(3).fill("pending"), ...Array(7).fill("delivered")]);
    const ids = deliveries.map((each) => each.delivery_id);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(deliveries[0]).toEqual({
      delivery_id: expect.any(String),
      event_id: receiver.arrivals.at(-1)?.messageId,
      webhook_id: webhookId,
      type: "session.completed",
      status: "pending",
      next_attempt_at: expect.stringMatching(/Z$/),
      created_at: expect.stringMatching(/Z$/),
      attempts: [
        {
          at: expect.stringMatching(/Z$/),
          status_code: 503,
          duration_ms: expect.any(Number),
          response_head: "",
          error: "status",
        },
      ],
    });
  });

  it.each([
    ["pending", 3],
    ["delivered", 7],
    ["failed", 0],
    ["exhausted", 0],
  ])("filters by status %s", async (wanted, count) => {
    const page = await list(`status=${wanted}`);
    expect(page.data).toEqual(deliveries.filter((each) => each.status === wanted));
    expect(page.data).toHaveLength(count);
  });

  it("filters by time", async () => {
    const since = deliveries[4]?.created_at ?? "";
    expect((await list(`since=${since}`)).data).toEqual(deliveries.filter((each) => each.created_at >= since));
    expect((await list("since=2100-01-01T00:00:00.000Z")).data).toEqual([]);
  });

  it.each([1, 3, 9, 10])("pages through all of them, %d at a time", async (limit) => {
    const seen: Delivery[] = [];
    let next: string | null = null;
    do {
      const page: { data: Delivery[]; next: string | null } = await list(
        `limit=${limit}${next === null ? "" : `&after=${next}`}`,
      );
      expect(page.data.length).toBeLessThanOrEqual(limit);
      seen.push(...page.data);
      next = page.next;
    } while (next !== null);
    expect(seen).toEqual(deliveries);
  });

  it("shows one of them, open or ended", async () => {
    for (const each of [deliveries[0], deliveries[9]]) {
      const answer = await get(`/v2/deliveries/${each?.delivery_id}`);
      expect(answer.statusCode, answer.body).toBe(200);
      expect(answer.json()).toEqual(each);
    }
  });
});

describe("404", () => {
  it("is what another workspace's delivery is", async () => {
    const stranger = service().callers.workspace().headers;
    for (const each of [deliveries[0], deliveries[9]]) {
      const answer = await get(`/v2/deliveries/${each?.delivery_id}`, stranger);
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({ code: "delivery_not_found" });
    }
  });
});

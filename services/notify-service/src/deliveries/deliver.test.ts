import { sessionCompleted } from "@roundtrip/contracts/survey/session-completed.event";
import { userCreated } from "@roundtrip/contracts/survey/user-created.event";
import { statement } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { openReceiver, type Receiver, status, until, verify } from "../test/open-receiver.ts";
import { publishCompleted, publishEvent, sessionFacts } from "../test/publish-event.ts";
import type { TestWorkspace } from "../test/test-callers.ts";
import { createTestWebhook, listTestDeliveries } from "../test/test-webhook.ts";

const { service } = useNotifyService();
let receiver: Receiver;
let workspace: TestWorkspace;
beforeEach(async () => {
  receiver = await openReceiver();
  workspace = service().callers.workspace();
});
afterEach(() => receiver.close());

const subscribe = (body: Readonly<Record<string, unknown>> = {}) =>
  createTestWebhook(service().app, workspace.headers, { url: receiver.url, ...body });
const complete = (changes = {}) => publishCompleted(service().bus, workspace.workspaceId, changes);
const deliveries = (webhookId: string) => listTestDeliveries(service().app, workspace.headers, webhookId);
const settled = async (webhookId: string, wanted: string) => {
  await until(async () => (await deliveries(webhookId)).every((each) => each.status === wanted), `all ${wanted}`);
  return deliveries(webhookId);
};

describe("a delivery", () => {
  it("arrives once, signed, with the id of its event and the documented body", async () => {
    const webhook = await subscribe();
    const data = sessionFacts();
    const { eventId, body } = await publishEvent(service().bus, {
      type: sessionCompleted,
      workspaceId: workspace.workspaceId,
      data,
    });
    const [arrival] = await receiver.received(1);
    if (!arrival) throw new Error("one arrival");
    expect(arrival).toMatchObject({ method: "POST", path: "/hook", messageId: eventId });
    expect(arrival.headers["content-type"]).toBe("application/json");
    expect(arrival.body).toBe(JSON.stringify({ type: "session.completed", timestamp: JSON.parse(body).time, data }));
    expect(verify(webhook.secret, arrival)).toEqual(JSON.parse(arrival.body));
    const [delivery] = await settled(webhook.webhookId, "delivered");
    expect(delivery).toMatchObject({
      event_id: eventId,
      type: "session.completed",
      next_attempt_at: null,
      attempts: [{ status_code: 204, response_head: "", error: null }],
    });
    expect(receiver.arrivals).toHaveLength(1);
  });

  it("comes once although the event came twice", async () => {
    const webhook = await subscribe();
    const { body, eventId } = await complete();
    await service().bus.publish({ subject: sessionCompleted.type, messageId: `${eventId}:1`, body });
    await complete();
    await receiver.received(2);
    await settled(webhook.webhookId, "delivered");
    expect(new Set(receiver.arrivals.map((arrival) => arrival.messageId)).size).toBe(2);
    expect(receiver.arrivals).toHaveLength(2);
  });

  it("goes to those who want it, and to nobody of another workspace", async () => {
    const other = service().callers.workspace();
    const wanted = await subscribe({ event_types: ["session.*"], surveys: ["Wellbeing"] });
    const notWanted = await subscribe({ event_types: ["user.created"] });
    const otherSurvey = await subscribe({ event_types: ["*"], surveys: ["another"] });
    const stranger = await createTestWebhook(service().app, other.headers, { url: receiver.url });
    await complete();
    await publishEvent(service().bus, {
      type: userCreated,
      workspaceId: workspace.workspaceId,
      data: { user_id: uuidv7(), external_user_id: null },
    });
    await receiver.received(2);
    expect((await settled(wanted.webhookId, "delivered")).map((each) => each.type)).toEqual(["session.completed"]);
    expect((await settled(notWanted.webhookId, "delivered")).map((each) => each.type)).toEqual(["user.created"]);
    expect(await deliveries(otherSurvey.webhookId)).toEqual([]);
    expect(await listTestDeliveries(service().app, other.headers, stranger.webhookId)).toEqual([]);
    expect(receiver.arrivals).toHaveLength(2);
  });

  it("is one of 200 that all arrive, each with a valid signature", async () => {
    const webhook = await subscribe();
    const sent = await Promise.all(Array.from({ length: 200 }, () => complete()));
    await receiver.received(200);
    await settled(webhook.webhookId, "delivered");
    expect(new Set(receiver.arrivals.map((arrival) => arrival.messageId))).toEqual(
      new Set(sent.map((event) => event.eventId)),
    );
    expect(receiver.arrivals).toHaveLength(200);
    for (const arrival of receiver.arrivals) verify(webhook.secret, arrival);
  });
});

describe("a failed attempt", () => {
  it("is followed by another with the same id and the same bytes, signed anew", async () => {
    const webhook = await subscribe();
    receiver.answer = (_arrival, response) => {
      if (receiver.arrivals.length === 1) response.writeHead(500).end("boom \u0000 ✓");
      else response.writeHead(200).end("fine");
    };
    await complete();
    const [first, second] = await receiver.received(2);
    if (!first || !second) throw new Error("two arrivals");
    expect(second.messageId).toBe(first.messageId);
    expect(second.body).toBe(first.body);
    for (const arrival of [first, second]) verify(webhook.secret, arrival);
    const [delivery] = await settled(webhook.webhookId, "delivered");
    expect(delivery?.attempts).toMatchObject([
      { status_code: 500, response_head: "boom \uFFFD ✓", error: "status" },
      { status_code: 200, response_head: "fine", error: null },
    ]);
    // 5 s +-20 %, scaled to a hundredth.
    expect(second.atMs - first.atMs).toBeGreaterThan(39);
  });

  it("by silence is recorded as a timeout", async () => {
    const webhook = await subscribe({ timeout_ms: 500 });
    receiver.answer = () => undefined;
    await complete();
    await until(async () => (await deliveries(webhook.webhookId))[0]?.attempts.length === 1, "one attempt");
    const [delivery] = await deliveries(webhook.webhookId);
    expect(delivery).toMatchObject({
      status: "pending",
      attempts: [{ status_code: null, error: "timeout", response_head: null }],
    });
    expect(delivery?.attempts[0]?.duration_ms).toBeGreaterThanOrEqual(499);
    expect(delivery?.attempts[0]?.duration_ms).toBeLessThan(1_500);
    expect(delivery?.next_attempt_at).not.toBeNull();
  });

  it("by redirect is one, and nobody is followed", async () => {
    const elsewhere = await openReceiver();
    const webhook = await subscribe();
    receiver.answer = status(307, { location: elsewhere.url });
    await complete();
    await until(async () => (await deliveries(webhook.webhookId))[0]?.attempts.length === 2, "two attempts");
    expect((await deliveries(webhook.webhookId))[0]?.attempts[0]).toMatchObject({
      status_code: 307,
      error: "redirect",
    });
    expect(elsewhere.arrivals).toEqual([]);
    await elsewhere.close();
  });

  it("waits as long as Retry-After says", async () => {
    const webhook = await subscribe();
    receiver.answer = status(503, { "retry-after": "3600" });
    await complete();
    await until(async () => (await deliveries(webhook.webhookId))[0]?.attempts.length === 1, "one attempt");
    const [delivery] = await deliveries(webhook.webhookId);
    // An hour, scaled to a hundredth.
    const waitMs = Date.parse(delivery?.next_attempt_at ?? "") - Date.now();
    expect(waitMs).toBeGreaterThan(33_000);
    expect(waitMs).toBeLessThanOrEqual(36_000);
  });

  it("is shown on the webhook until one succeeds", async () => {
    const webhook = await subscribe();
    const failingSince = async () =>
      (await service().app.inject({ url: `/v2/webhooks/${webhook.webhookId}`, headers: workspace.headers })).json()
        .failing_since;
    expect(await failingSince()).toBeNull();
    receiver.answer = status(500);
    await complete();
    await until(async () => (await failingSince()) !== null, "failing");
    receiver.answer = status(200);
    await until(async () => (await failingSince()) === null, "working");
  });

  it("number eleven is the last", async () => {
    const webhook = await subscribe();
    receiver.answer = status(500);
    const { eventId } = await complete();
    await receiver.received(1);
    // Ten attempts later, without waiting for them.
    await until(async () => (await deliveries(webhook.webhookId))[0]?.attempts.length === 1, "one attempt");
    const jump = statement(
      "test-jump",
      "UPDATE deliveries SET attempt = 10, next_attempt_at = now() WHERE event_id = $1",
    );
    await service().db.query(jump, [eventId]);
    const [delivery] = await settled(webhook.webhookId, "exhausted");
    expect(delivery).toMatchObject({ status: "exhausted", next_attempt_at: null });
  });
});

describe("410", () => {
  it("disables the webhook at once and gives up what is open", async () => {
    const webhook = await subscribe();
    receiver.answer = status(500);
    for (let event = 0; event < 5; event += 1) await complete();
    await receiver.received(5);
    receiver.answer = status(410);
    await until(async () => {
      const answer = await service().app.inject({
        url: `/v2/webhooks/${webhook.webhookId}`,
        headers: workspace.headers,
      });
      return answer.json().state === "disabled" && answer.json().disabled_reason === "gone";
    }, "disabled");
    const ended = await settled(webhook.webhookId, "failed");
    expect(ended).toHaveLength(5);
    expect(
      ended.flatMap((each) => each.attempts).filter((attempt) => attempt.status_code === 410).length,
    ).toBeGreaterThan(0);
    const before = receiver.arrivals.length;
    await complete();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.arrivals.length).toBe(before);
    expect(await deliveries(webhook.webhookId)).toHaveLength(5);
  });
});

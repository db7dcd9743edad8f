import { missingEventsSubject, receiptSubject } from "@roundtrip/contracts/subjects";
import { sessionCompleted } from "@roundtrip/contracts/survey/session-completed.event";
import { statement } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { until } from "../test/open-receiver.ts";
import { publishCompleted, publishEvent, sessionFacts } from "../test/publish-event.ts";
import { createTestWebhook } from "../test/test-webhook.ts";

const { service } = useNotifyService({ workers: ["notify-service-on-public-event"] });

const events = statement<{ type: string; body: string; submission_id: string | null; occurred_at: Date }>(
  "test-events",
  "SELECT type, body, submission_id, occurred_at FROM events WHERE event_id = $1",
);
const planned = statement<{ count: number }>(
  "test-planned",
  "SELECT count(*)::int AS count FROM deliveries WHERE event_id = $1",
);
const dead = statement<{ reason: string }>("test-dead", "SELECT reason FROM inbox_dead WHERE body = $1");
const stored = async (eventId: string) => {
  await until(async () => (await service().db.query(events, [eventId])).length > 0, "stored");
  return service().db.query(events, [eventId]);
};
const subscribe = async (count: number, body = {}) => {
  const { headers, workspaceId } = service().callers.workspace();
  for (let made = 0; made < count; made += 1) {
    await createTestWebhook(service().app, headers, { url: "http://127.0.0.1:9/", ...body });
  }
  return workspaceId;
};

describe("an event", () => {
  it("is stored once with its body, wanted or not", async () => {
    const data = sessionFacts();
    const sent = await publishEvent(service().bus, { type: sessionCompleted, workspaceId: uuidv7(), data });
    const [row, ...others] = await stored(sent.eventId);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ type: "session.completed", submission_id: data.submission_id });
    expect(row?.body).toBe(
      JSON.stringify({ type: "session.completed", timestamp: row?.occurred_at.toISOString(), data }),
    );
    expect((await service().db.query(planned, [sent.eventId]))[0]?.count).toBe(0);
  });

  it("has one delivery for each webhook that wants it", async () => {
    const workspaceId = await subscribe(3);
    const sent = await publishCompleted(service().bus, workspaceId);
    await stored(sent.eventId);
    expect((await service().db.query(planned, [sent.eventId]))[0]?.count).toBe(3);
  });

  it("that comes again adds nothing", async () => {
    const workspaceId = await subscribe(1);
    const sent = await publishCompleted(service().bus, workspaceId);
    for (const again of ["1", "2"]) {
      await service().bus.publish({
        subject: sessionCompleted.type,
        messageId: `${sent.eventId}:${again}`,
        body: sent.body,
      });
    }
    const last = await publishCompleted(service().bus, workspaceId);
    expect(await stored(sent.eventId)).toHaveLength(1);
    await stored(last.eventId);
    expect((await service().db.query(planned, [sent.eventId]))[0]?.count).toBe(1);
  });

  it("is confirmed to its owner, and known when its owner asks", async () => {
    const receipts: string[] = [];
    const subscription = await service().bus.listen(
      receiptSubject("survey-service"),
      (body) => void receipts.push(body),
    );
    const sent = await publishCompleted(service().bus, uuidv7());
    await until(() => receipts.some((body) => body.includes(sent.eventId)), "a receipt");
    await subscription.close();
    const unknown = uuidv7();
    const subject = missingEventsSubject("notify-service-on-public-event");
    expect(JSON.parse(await service().bus.request(subject, JSON.stringify([sent.eventId, unknown]), 2_000))).toEqual([
      unknown,
    ]);
  });
});

describe("what cannot be read", () => {
  it.each([
    ["not JSON", "{"],
    ["no envelope", JSON.stringify({ id: "x" })],
    ["data of another shape", JSON.stringify({ specversion: "1.0", type: sessionCompleted.type, data: {} })],
  ])("%s goes to the dead letters, and what follows goes on", async (_name, body) => {
    await service().bus.publish({ subject: sessionCompleted.type, messageId: uuidv7(), body });
    const sent = await publishCompleted(service().bus, uuidv7());
    await stored(sent.eventId);
    await until(async () => (await service().db.query(dead, [body])).length === 1, "a dead letter");
  });
});

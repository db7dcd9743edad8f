import { submissionsById } from "@roundtrip/contracts/survey/submissions.rpc";
import { userCreated } from "@roundtrip/contracts/survey/user-created.event";
import type { Subscription } from "@roundtrip/event-bus/event-bus";
import { uuidv7 } from "uuidv7";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { openReceiver, type Receiver, status, until, verify } from "../test/open-receiver.ts";
import { publishCompleted, publishEvent } from "../test/publish-event.ts";
import type { TestWorkspace } from "../test/test-callers.ts";
import { createTestWebhook, listTestDeliveries } from "../test/test-webhook.ts";

const { service } = useNotifyService();
let receiver: Receiver;
let workspace: TestWorkspace;
let surveyService: Subscription | null = null;
let requests: { workspace_id: string; submission_ids: string[] }[] = [];
beforeEach(async () => {
  receiver = await openReceiver();
  workspace = service().callers.workspace();
  requests = [];
});
afterEach(async () => {
  await surveyService?.close();
  surveyService = null;
  await receiver.close();
});

/** Answers as survey-service does; `unknown` ids are left out. */
const startSurveyService = async (unknown: readonly string[] = []) => {
  surveyService = await service().bus.respond(submissionsById.subject, async (body) => {
    const request = JSON.parse(body);
    requests.push(request);
    const known = request.submission_ids.filter((id: string) => !unknown.includes(id));
    // Another text for every answer: bodies must not depend on who asked when.
    const answer = requests.length;
    return JSON.stringify({
      submissions: known.map((id: string) => ({ submission_id: id, data: { q1: "ja ✓", answer } })),
    });
  });
};
const subscribe = (payload: "thin" | "full") =>
  createTestWebhook(service().app, workspace.headers, { url: receiver.url, payload });

describe("a full body", () => {
  it("has the submission, asked for in the name of its workspace", async () => {
    await startSurveyService();
    const webhook = await subscribe("full");
    const submissionId = uuidv7();
    await publishCompleted(service().bus, workspace.workspaceId, { submission_id: submissionId });
    const [arrival] = await receiver.received(1);
    if (!arrival) throw new Error("one arrival");
    verify(webhook.secret, arrival);
    expect(JSON.parse(arrival.body).data.submission).toEqual({
      submission_id: submissionId,
      data: { q1: "ja ✓", answer: 1 },
    });
    expect(requests).toEqual([{ workspace_id: workspace.workspaceId, submission_ids: [submissionId] }]);
  });

  it("has the same bytes at every attempt and for every webhook, and is asked for once", async () => {
    await startSurveyService();
    await subscribe("full");
    await subscribe("full");
    receiver.answer = status(500);
    await publishCompleted(service().bus, workspace.workspaceId);
    await receiver.received(4);
    expect(new Set(receiver.arrivals.map((arrival) => arrival.body)).size).toBe(1);
    expect(requests).toHaveLength(1);
  });

  it("is asked for together with others, twenty-five at a time", async () => {
    await startSurveyService();
    await subscribe("full");
    await Promise.all(Array.from({ length: 100 }, () => publishCompleted(service().bus, workspace.workspaceId)));
    await receiver.received(100);
    expect(requests.length).toBeLessThan(60);
    expect(Math.max(...requests.map((request) => request.submission_ids.length))).toBeLessThanOrEqual(25);
  });

  it("says null for a submission that was erased, and nothing where there is none", async () => {
    const erased = uuidv7();
    await startSurveyService([erased]);
    await subscribe("full");
    await publishCompleted(service().bus, workspace.workspaceId, { submission_id: erased });
    const data = { user_id: uuidv7(), external_user_id: null };
    await publishEvent(service().bus, { type: userCreated, workspaceId: workspace.workspaceId, data });
    await receiver.received(2);
    const bodies = receiver.arrivals.map((arrival) => JSON.parse(arrival.body));
    expect(bodies.find((body) => body.type === "session.completed").data.submission).toBeNull();
    expect(bodies.find((body) => body.type === "user.created").data).toEqual(data);
  });
});

describe("a thin body", () => {
  it("has no submission and asks for none", async () => {
    await startSurveyService();
    await subscribe("thin");
    await publishCompleted(service().bus, workspace.workspaceId);
    const [arrival] = await receiver.received(1);
    expect(JSON.parse(arrival?.body ?? "").data).not.toHaveProperty("submission");
    expect(requests).toEqual([]);
  });
});

describe("while survey-service is away", () => {
  it("full bodies wait without spending attempts, and thin ones do not", async () => {
    const full = await subscribe("full");
    await subscribe("thin");
    await publishCompleted(service().bus, workspace.workspaceId);
    await receiver.received(1);
    await until(
      () => service().logged.some((line) => line["msg"] === "our own fault; no attempt is spent"),
      "a log line",
    );
    const [waiting] = await listTestDeliveries(service().app, workspace.headers, full.webhookId);
    expect(waiting).toMatchObject({ status: "pending", attempts: [] });
    await startSurveyService();
    await receiver.received(2);
    await until(async () => {
      const [delivery] = await listTestDeliveries(service().app, workspace.headers, full.webhookId);
      return delivery?.status === "delivered" && delivery.attempts.length === 1;
    }, "delivered at the first attempt");
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { uuidv7 } from "uuidv7";
import { beforeEach, describe, expect, it } from "vitest";
import type { OpenDelivery } from "../deliveries/open-delivery.ts";
import { useNotifyService } from "../test/open-notify-service.ts";
import { thinBody } from "./event-body.rules.ts";
import { createFullBodyFinder, type Submission } from "./find-full-body.ts";
import { insertPlan } from "./plan.store.ts";

const { service } = useNotifyService({ workers: [] });
let asked: { workspaceId: string; submissionIds: readonly string[] }[] = [];
beforeEach(() => {
  asked = [];
});

const answerAll = async (
  workspaceId: string,
  submissionIds: readonly string[],
): Promise<ReadonlyMap<string, Submission>> => {
  asked.push({ workspaceId, submissionIds });
  return new Map(
    submissionIds.map((submissionId) => [submissionId, { submission_id: submissionId, by: asked.length }]),
  );
};
const open = (findSubmissions = answerAll) => createFullBodyFinder({ db: service().db, findSubmissions });

/** An event that lies in the database, with a delivery as the engine holds it. */
const seedEvent = async (workspaceId: string, submissionId: string | null = uuidv7()): Promise<OpenDelivery> => {
  const eventId = uuidv7();
  const webhookId = uuidv7();
  const type = "session.completed";
  const occurredAt = new Date().toISOString();
  const body = thinBody({ publicType: type, occurredAt, data: { submission_id: submissionId } });
  const [row] = await service().db.transaction((tx) =>
    insertPlan(
      tx,
      [{ eventId, workspaceId, type, occurredAt, submissionId, body }],
      [{ deliveryId: uuidv7(), eventId, webhookId, workspaceId, type, shard: 0 }],
    ),
  );
  if (!row) throw new Error("one row");
  const { id, deliveryId, createdAt: eventCreatedAt } = row;
  return {
    id,
    deliveryId,
    eventId,
    eventCreatedAt,
    webhookId,
    workspaceId,
    shard: 0,
    attempt: 0,
    submissionId,
    body,
    fullBody: null,
  };
};

describe("full bodies", () => {
  it("of one workspace that are wanted together are asked for together", async () => {
    const find = open();
    const workspaceId = uuidv7();
    const deliveries = await Promise.all(Array.from({ length: 30 }, () => seedEvent(workspaceId)));
    const bodies = await Promise.all(deliveries.map(find));
    expect(asked.map((each) => each.submissionIds.length)).toEqual([25, 5]);
    for (const [index, body] of bodies.entries()) {
      expect(JSON.parse(body).data.submission.submission_id).toBe(deliveries[index]?.submissionId);
    }
  });

  it("of two workspaces are never asked for in one breath", async () => {
    const find = open();
    const workspaces = [uuidv7(), uuidv7()];
    const deliveries = await Promise.all(workspaces.map((workspaceId) => seedEvent(workspaceId)));
    await Promise.all(deliveries.map(find));
    expect(asked).toEqual(
      deliveries.map(({ workspaceId, submissionId }) => ({ workspaceId, submissionIds: [submissionId] })),
    );
  });

  it("are made once per event, and the first text stays for everyone, restarts included", async () => {
    const delivery = await seedEvent(uuidv7());
    const find = open();
    const [one, other] = await Promise.all([find(delivery), find({ ...delivery, webhookId: uuidv7() })]);
    expect(other).toBe(one);
    expect(asked).toHaveLength(1);
    const afterRestart = open(async () => new Map());
    expect(await afterRestart(delivery)).toBe(one);
  });

  it("that could not be made are made anew the next time", async () => {
    let isAway = true;
    const find = open(async (workspaceId, submissionIds) => {
      if (isAway) throw new DependencyUnavailable("survey-service");
      return answerAll(workspaceId, submissionIds);
    });
    const delivery = await seedEvent(uuidv7());
    await expect(find(delivery)).rejects.toThrow(DependencyUnavailable);
    isAway = false;
    await sleep(1);
    expect(JSON.parse(await find(delivery)).data.submission).toMatchObject({ submission_id: delivery.submissionId });
  });

  it("of an event without a submission are the thin ones", async () => {
    const delivery = await seedEvent(uuidv7(), null);
    expect(await open()(delivery)).toBe(delivery.body);
    expect(asked).toEqual([]);
  });

  it("of an event that is gone fail, because nobody could send the same bytes again", async () => {
    const delivery = await seedEvent(uuidv7());
    await expect(open()({ ...delivery, eventId: uuidv7() })).rejects.toThrow(/gone/);
  });
});

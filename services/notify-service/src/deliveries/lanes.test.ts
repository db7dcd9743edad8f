import { describe, expect, it } from "vitest";
import { Lane } from "./lane.ts";
import { Lanes, type Started } from "./lanes.ts";
import type { OpenDelivery } from "./open-delivery.ts";

let made = 0;
const delivery = (webhookId: string, attempt = 0): OpenDelivery => {
  made += 1;
  return {
    id: String(made),
    deliveryId: `d${made}`,
    eventId: `e${made}`,
    eventCreatedAt: new Date(0),
    webhookId,
    workspaceId: "w",
    shard: 0,
    attempt,
    submissionId: null,
    body: "{}",
    fullBody: null,
  };
};
const settings = {
  url: "http://x/",
  payload: "thin",
  maxInFlight: 8,
  timeoutMs: 15_000,
  keys: [],
  loadedAtMs: 0,
} as const;
const quickAnswer = { durationMs: 10, timedOut: false };
const slowAnswer = { durationMs: 3_000, timedOut: false };
const noAnswer = { durationMs: 15_000, timedOut: true };

const openLane = (lanes: Lanes, name: string, queued: number): Lane => {
  const lane = lanes.open(name, 0);
  lane.settings = settings;
  for (let index = 0; index < queued; index += 1) lane.firstTries.push(delivery(name));
  lanes.refresh(lane, 0);
  return lane;
};
const startAll = (lanes: Lanes, nowMs = 0): Started[] => {
  const started: Started[] = [];
  for (let next = lanes.startNext(nowMs); next; next = lanes.startNext(nowMs)) started.push(next);
  return started;
};
/** Lets a lane answer once, so that it is known. */
const prove = (lanes: Lanes, name: string, timing: typeof quickAnswer): Lane => {
  const lane = openLane(lanes, name, 1);
  for (const started of startAll(lanes)) lanes.finish(started, timing, 0);
  return lane;
};
const fill = (lanes: Lanes, lane: Lane, queued: number) => {
  for (let index = 0; index < queued; index += 1) lane.firstTries.push(delivery(lane.webhookId));
  lanes.refresh(lane, 0);
};

describe("turns", () => {
  it("go round the lanes, whatever their backlogs", () => {
    const lanes = new Lanes({ slots: 9, slotsOfSlow: 4 });
    const known = ["a", "b", "c"].map((name) => prove(lanes, name, quickAnswer));
    for (const [index, lane] of known.entries()) fill(lanes, lane, [100, 3, 100][index] ?? 0);
    expect(startAll(lanes).map(({ lane }) => lane.webhookId)).toEqual(["a", "b", "c", "a", "b", "c", "a", "b", "c"]);
  });

  it("give a lane no more than it may have in flight", () => {
    const lanes = new Lanes({ slots: 512, slotsOfSlow: 256 });
    fill(lanes, prove(lanes, "a", quickAnswer), 50);
    const started = startAll(lanes);
    expect(started).toHaveLength(8);
    for (const one of started.slice(0, 3)) lanes.finish(one, quickAnswer, 0);
    expect(startAll(lanes)).toHaveLength(3);
    expect(lanes.inFlight).toBe(8);
  });

  it("let a lane that never answered have one request", () => {
    const lanes = new Lanes({ slots: 512, slotsOfSlow: 256 });
    openLane(lanes, "new", 50);
    const [first] = startAll(lanes);
    expect(lanes.inFlight).toBe(1);
    if (first) lanes.finish(first, quickAnswer, 0);
    expect(startAll(lanes)).toHaveLength(8);
  });

  it("keep the order of one lane, and take one retry after three first tries", () => {
    const lanes = new Lanes({ slots: 512, slotsOfSlow: 256 });
    const lane = prove(lanes, "a", quickAnswer);
    for (let index = 0; index < 4; index += 1) lane.retries.push(delivery("a", 2));
    fill(lanes, lane, 5);
    // The answer that made it known was the first of the three.
    expect(startAll(lanes).map((started) => started.delivery.attempt)).toEqual([0, 0, 2, 0, 0, 0, 2, 2]);
  });

  it("do not come to a lane without settings, in a pause, or closed", () => {
    const lanes = new Lanes({ slots: 512, slotsOfSlow: 256 });
    const [bare, paused, closed] = ["bare", "paused", "closed"].map((name) => openLane(lanes, name, 2));
    if (!bare || !paused || !closed) throw new Error("three lanes");
    bare.settings = null;
    paused.pausedUntilMs = 100;
    for (const lane of [bare, paused]) lanes.refresh(lane, 0);
    expect(lanes.close(closed)).toHaveLength(2);
    expect(startAll(lanes, 99)).toEqual([]);
    lanes.refresh(paused, 100);
    expect(startAll(lanes, 100).map(({ lane }) => lane.webhookId)).toEqual(["paused"]);
  });
});

describe("slow lanes", () => {
  it("hold at most half of the slots, however many they are", () => {
    const lanes = new Lanes({ slots: 512, slotsOfSlow: 256 });
    for (let index = 0; index < 300; index += 1) openLane(lanes, `dead-${index}`, 100);
    expect(startAll(lanes)).toHaveLength(256);
    const healthy = new Lanes({ slots: 512, slotsOfSlow: 256 });
    for (let index = 0; index < 60; index += 1) prove(healthy, `slow-${index}`, slowAnswer);
    for (const lane of healthy.all()) fill(healthy, lane, 100);
    expect(startAll(healthy)).toHaveLength(256);
  });

  it("leave the other half to the quick ones", () => {
    const lanes = new Lanes({ slots: 16, slotsOfSlow: 8 });
    const quick = prove(lanes, "quick", quickAnswer);
    const slow = ["s1", "s2"].map((name) => prove(lanes, name, noAnswer));
    for (const lane of [...slow, quick]) fill(lanes, lane, 100);
    expect(slow.every((lane) => lane.isGuarded)).toBe(true);
    const started = startAll(lanes);
    expect(started.filter(({ lane }) => lane === quick)).toHaveLength(8);
  });

  it("are noticed while they are silent, and then no longer stand in the way", () => {
    const lanes = new Lanes({ slots: 16, slotsOfSlow: 8 });
    const stalling = ["s1", "s2"].map((name) => prove(lanes, name, quickAnswer));
    const quick = prove(lanes, "quick", quickAnswer);
    for (const lane of stalling) fill(lanes, lane, 100);
    expect(startAll(lanes)).toHaveLength(16);
    fill(lanes, quick, 100);
    expect(startAll(lanes, 1_000)).toEqual([]);
    lanes.noticeStalls(2_001);
    expect(startAll(lanes, 2_001).map(({ lane }) => lane.webhookId)).toEqual(Array(8).fill("quick"));
  });

  it("are quick again after quick answers", () => {
    const lanes = new Lanes({ slots: 16, slotsOfSlow: 8 });
    const lane = prove(lanes, "a", slowAnswer);
    expect(lane.isGuarded).toBe(true);
    for (let index = 0; index < 3; index += 1) prove(lanes, "a", quickAnswer);
    expect(lane.isGuarded).toBe(false);
    expect(lanes.inFlight).toBe(0);
  });
});

describe("what was not sent", () => {
  it("goes back to the head of its queue", () => {
    const lanes = new Lanes({ slots: 16, slotsOfSlow: 8 });
    const lane = openLane(lanes, "a", 3);
    const first = lane.firstTries[0];
    const [started] = startAll(lanes);
    if (!started) throw new Error("one started");
    lanes.putBack(started, 50, 0);
    expect([lane.firstTries[0], lane.inFlight, lanes.inFlight]).toEqual([first, 0, 0]);
    expect(startAll(lanes, 49)).toEqual([]);
  });

  it("of a closed lane still gives its slot back", () => {
    const lanes = new Lanes({ slots: 1, slotsOfSlow: 1 });
    const lane = openLane(lanes, "a", 2);
    const [started] = startAll(lanes);
    lanes.close(lane);
    if (started) lanes.finish(started, quickAnswer, 0);
    expect(lanes.inFlight).toBe(0);
    openLane(lanes, "b", 1);
    expect(startAll(lanes)).toHaveLength(1);
  });
});

describe("a lane", () => {
  it("is idle when it neither holds nor expects anything", () => {
    const lane = new Lane("a", 0);
    expect(lane.isIdle).toBe(true);
    lane.heldIds.add("1");
    expect(lane.isIdle).toBe(false);
    lane.heldIds.delete("1");
    lane.wakeAtMs = 5;
    expect(lane.isIdle).toBe(false);
  });
});

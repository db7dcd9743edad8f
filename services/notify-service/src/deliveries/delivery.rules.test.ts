import { describe, expect, it } from "vitest";
import { type Answer, attemptsMax, judgeAnswer, ownFaultPauseMs, retryAfterMs } from "./delivery.rules.ts";

const nowMs = Date.parse("2026-11-20T16:00:00.000Z");
const at = (attempt: number, random = 0.5) => ({ attempt, nowMs, random, scale: 1 });
const status = (statusCode: number, retryAfter: string | null = null): Answer => ({
  kind: "answered",
  statusCode,
  retryAfter,
  responseHead: "",
});
const second = 1_000;
const hour = 3_600_000;

describe("what an answer means", () => {
  it.each([200, 201, 202, 204, 299])("%d is delivered", (code) => {
    expect(judgeAnswer(status(code), at(1))).toEqual({ outcome: "delivered", delayMs: 0, error: null });
  });

  it.each([301, 302, 303, 307, 308])("%d is a failure and not followed", (code) => {
    expect(judgeAnswer(status(code), at(1))).toMatchObject({ outcome: "retry", error: "redirect" });
  });

  it("410 gives up at once, whatever the attempt", () => {
    expect(judgeAnswer(status(410), at(1))).toMatchObject({ outcome: "gone", error: "gone" });
    expect(judgeAnswer(status(410), at(11))).toMatchObject({ outcome: "gone" });
  });

  it.each([400, 401, 404, 408, 429, 500, 502, 503, 599])("%d is tried again", (code) => {
    expect(judgeAnswer(status(code), at(1))).toMatchObject({ outcome: "retry", error: "status", delayMs: 5_000 });
  });

  it("names a failure without an answer", () => {
    const answer = { kind: "failed", error: "timeout", statusCode: null } as const;
    expect(judgeAnswer(answer, at(2))).toEqual({ outcome: "retry", delayMs: 60_000, error: "timeout" });
  });
});

describe("the schedule", () => {
  it("waits 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, and then no more", () => {
    const waits = Array.from({ length: attemptsMax }, (_, index) => judgeAnswer(status(500), at(index + 1)));
    expect(waits.map((wait) => (wait.outcome === "exhausted" ? "exhausted" : wait.delayMs / second))).toEqual([
      5,
      60,
      300,
      1_800,
      7_200,
      18_000,
      36_000,
      50_400,
      72_000,
      86_400,
      "exhausted",
    ]);
    const total = waits.reduce((sum, wait) => sum + wait.delayMs, 0);
    expect(total).toBe(75 * hour + 36 * 60 * second + 5 * second);
  });

  it("jitters by a fifth either way", () => {
    expect(judgeAnswer(status(500), at(1, 0)).delayMs).toBe(4_000);
    expect(judgeAnswer(status(500), at(1, 1)).delayMs).toBe(6_000);
  });

  it("is scaled as a whole", () => {
    expect(judgeAnswer(status(500), { ...at(2), scale: 0.01 }).delayMs).toBe(600);
  });
});

describe("Retry-After", () => {
  it.each([
    ["shorter than the step", "1", 5 * second],
    ["longer than the step", "120", 120 * second],
    ["longer than a day", "9999999", 24 * hour],
    ["a date", "Fri, 20 Nov 2026 16:10:00 GMT", 600 * second],
    ["a date in the past", "Fri, 20 Nov 2020 16:10:00 GMT", 5 * second],
    ["nonsense", "soon", 5 * second],
    ["negative", "-5", 5 * second],
    ["empty", "", 5 * second],
  ])("%s", (_name, header, expected) => {
    expect(judgeAnswer(status(429, header), at(1)).delayMs).toBe(expected);
    expect(judgeAnswer(status(503, header), at(1)).delayMs).toBe(expected);
  });

  it("is never answered earlier than asked, even with negative jitter", () => {
    expect(judgeAnswer(status(503, "30"), at(1, 0)).delayMs).toBe(30 * second);
  });

  it("counts only with 429 and 503", () => {
    expect(judgeAnswer(status(500, "3600"), at(1)).delayMs).toBe(5_000);
    expect(retryAfterMs(null, nowMs)).toBeNull();
  });

  it("does not add attempts", () => {
    expect(judgeAnswer(status(429, "60"), at(attemptsMax)).outcome).toBe("exhausted");
  });
});

describe("a fault of our own", () => {
  it("pauses 1 s, then twice as long each time, up to a minute", () => {
    expect([1, 2, 3, 6, 7, 500].map(ownFaultPauseMs)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
  });
});

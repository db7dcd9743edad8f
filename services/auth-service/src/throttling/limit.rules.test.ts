import { describe, expect, it } from "vitest";
import { limitHeaders, limitRetrySeconds, limitState } from "./limit.rules.ts";

const policy = { name: "p", limit: 100, windowSeconds: 60 };
const now = new Date("2026-01-01T00:00:00.000Z");
const inMs = (ms: number) => new Date(now.getTime() + ms);

describe("the state of a limit", () => {
  it.each([
    ["untouched", 0, 100, 0],
    ["whole again in the past", -5_000, 100, 0],
    ["after one use", 600, 99, 1],
    ["after fifty", 30_000, 50, 30],
    ["after fifty and three quarters of a step", 29_550, 50, 30],
    ["used up", 60_000, 0, 60],
  ])("is told %s", (_name, debtMs, remaining, resetSeconds) => {
    expect(limitState(policy, inMs(debtMs), now)).toEqual({ remaining, resetSeconds });
  });

  it("counts every use although steps are no whole milliseconds", () => {
    const odd = { name: "odd", limit: 7, windowSeconds: 1 };
    for (let uses = 0; uses <= 7; uses += 1) {
      const arrival = new Date(now.getTime() + Math.floor((uses * 1_000) / 7));
      expect(limitState(odd, arrival, now).remaining).toBe(7 - uses);
    }
  });
});

describe("the wait", () => {
  it("lasts until one use is free again, in whole seconds and at least one", () => {
    expect(limitRetrySeconds(policy, inMs(60_000), now)).toBe(1);
    expect(limitRetrySeconds({ name: "slow", limit: 20, windowSeconds: 3_600 }, inMs(3_600_000), now)).toBe(180);
    expect(limitRetrySeconds(policy, inMs(-1_000), now)).toBe(1);
  });
});

describe("the headers", () => {
  it("have the syntax of draft-ietf-httpapi-ratelimit-headers-11", () => {
    expect(limitHeaders(policy, { remaining: 99, resetSeconds: 50 })).toEqual({
      ratelimit: '"default";r=99;t=50',
      "ratelimit-policy": '"default";q=100;w=60',
    });
  });
});

import { describe, expect, it } from "vitest";
import { msUntilNextChange, planRedirect, remainingSeconds } from "./redirect-plan.ts";

const url = "https://clinic.example/return?ticket=abc";
const plan = (timer: number, followUpUrl: string | null = url, alreadyLeft = false) =>
  planRedirect({ followUpUrl, settings: { timer, target: "_self" }, alreadyLeft });

describe("planRedirect", () => {
  it("offers only the button for 0", () => {
    expect(plan(0)).toEqual({ kind: "button", url, host: "clinic.example" });
  });

  it("leaves at once below 0", () => {
    expect(plan(-1)).toMatchObject({ kind: "now", url });
  });

  it("counts exactly the seconds that were set, however many", () => {
    for (const seconds of [1, 7, 30, 60, 201, 3600]) {
      expect(plan(seconds)).toMatchObject({ kind: "countdown", seconds });
    }
  });

  it("does not leave by itself a second time", () => {
    expect(plan(-1, url, true)).toMatchObject({ kind: "button" });
    expect(plan(10, url, true)).toMatchObject({ kind: "button" });
  });

  it("offers only the button when the survey says nothing about the way", () => {
    expect(planRedirect({ followUpUrl: url, settings: null, alreadyLeft: false })).toMatchObject({ kind: "button" });
  });

  it("goes nowhere without an address, and never to one that is not http(s)", () => {
    for (const address of [null, "", "/relative", "javascript:alert(1)", "data:text/html,x", "app://open", "//evil"]) {
      expect(plan(-1, address), String(address)).toEqual({ kind: "none" });
    }
  });
});

/** Runs the countdown of the page on a clock of its own: the numbers shown, and when it ended. */
const runCountdown = (seconds: number) => {
  const shown: number[] = [];
  let now = 1_000_000;
  const deadline = now + seconds * 1000;
  for (;;) {
    const left = remainingSeconds(deadline, now);
    if (left === 0) return { shown, endedAfterMs: now - 1_000_000 };
    shown.push(left);
    now += msUntilNextChange(deadline, now);
  }
};

describe("countdown", () => {
  it("shows every second once and ends to the millisecond", () => {
    for (const seconds of [1, 7, 45, 60, 90, 201]) {
      const { shown, endedAfterMs } = runCountdown(seconds);
      expect(shown).toEqual(Array.from({ length: seconds }, (_, index) => seconds - index));
      expect(endedAfterMs).toBe(seconds * 1000);
    }
  });

  it("ends at once when the tab slept past the end", () => {
    expect(remainingSeconds(10_000, 999_999)).toBe(0);
    expect(msUntilNextChange(10_000, 999_999)).toBe(0);
  });

  it("never waits longer than a second, so no time-out can overflow", () => {
    for (const now of [0, 1, 499, 999, 1000, 1001]) {
      const wait = msUntilNextChange(10_000_000_000, now);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(1000);
    }
  });
});

import { describe, expect, it } from "vitest";
import { dayBegan, hasLimits, reachedToday, reachedTotal, refuseFurther } from "./limits.rules.ts";

const none = { max_per_day: null, max_total: null, min_interval_seconds: null };
const wait60 = { ...none, min_interval_seconds: 60 };
const now = new Date("2026-03-01T10:00:00.000Z");

describe("dayBegan", () => {
  it.each([
    { where: "UTC", instant: "03-01T10:00", offset: 0, began: "03-01T00:00" },
    { where: "UTC at the very midnight", instant: "03-01T00:00", offset: 0, began: "03-01T00:00" },
    { where: "the east, still today there", instant: "03-01T10:00", offset: -120, began: "02-28T22:00" },
    { where: "the east, already tomorrow there", instant: "03-01T23:00", offset: -120, began: "03-01T22:00" },
    { where: "the west, still yesterday there", instant: "03-01T03:00", offset: 300, began: "02-28T05:00" },
    { where: "a place with odd minutes", instant: "03-01T10:00", offset: -345, began: "02-28T18:15" },
    { where: "no place, more than 14 hours west", instant: "03-01T10:00", offset: 9_999, began: "02-28T14:00" },
    { where: "no place, more than 14 hours east", instant: "03-01T10:00", offset: -9_999, began: "03-01T10:00" },
  ])("in $where", ({ instant, offset, began }) => {
    expect(dayBegan(new Date(`2026-${instant}:00Z`), offset).toISOString()).toBe(`2026-${began}:00.000Z`);
  });
});

describe("refuseFurther", () => {
  const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1_000);

  const asked = (total: number, today: number, lastAt: Date | null) => ({ total, today, lastAt });

  it.each([
    { what: "nothing, without limits", limits: none, handedIn: asked(99, 99, now), refusal: null },
    {
      what: "nothing, one below the total",
      limits: { ...none, max_total: 2 },
      handedIn: asked(1, 1, now),
      refusal: null,
    },
    { what: "at the total", limits: { ...none, max_total: 2 }, handedIn: asked(2, 0, null), refusal: "max_total" },
    {
      what: "nothing, one below the day's",
      limits: { ...none, max_per_day: 2 },
      handedIn: asked(9, 1, now),
      refusal: null,
    },
    { what: "at the day's", limits: { ...none, max_per_day: 2 }, handedIn: asked(9, 2, now), refusal: "max_per_day" },
    { what: "too early", limits: wait60, handedIn: asked(1, 1, secondsAgo(59)), refusal: "min_interval" },
    { what: "nothing, once waited", limits: wait60, handedIn: asked(1, 1, secondsAgo(60)), refusal: null },
    { what: "nothing, the first time", limits: wait60, handedIn: asked(0, 0, null), refusal: null },
  ])("refuses $what", ({ limits, handedIn, refusal }) => {
    expect(refuseFurther(limits, handedIn, now)).toBe(refusal);
  });
});

describe("what a front end is told", () => {
  const handedIn = { total: 3, today: 1, lastAt: now };

  it("says each limit by itself", () => {
    expect(reachedTotal({ ...none, max_total: 3 }, handedIn)).toBe(true);
    expect(reachedToday({ ...none, max_total: 3 }, handedIn)).toBe(false);
    expect(reachedToday({ ...none, max_per_day: 1 }, handedIn)).toBe(true);
    expect(reachedTotal({ ...none, max_per_day: 1 }, handedIn)).toBe(false);
  });

  it("knows a survey without limits", () => {
    expect(
      [none, { ...none, max_total: 1 }, { ...none, max_per_day: 1 }, { ...none, min_interval_seconds: 1 }].map(
        hasLimits,
      ),
    ).toEqual([false, true, true, true]);
  });
});

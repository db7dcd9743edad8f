import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DueTimes } from "./due-times.ts";

describe("due times", () => {
  it("gives back what is due, earliest first, and keeps the rest", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1_000 })), fc.integer({ min: 0, max: 1_000 }), (times, nowMs) => {
        const due = new DueTimes<number>();
        for (const atMs of times) due.push(atMs, atMs);
        const sorted = [...times].sort((one, other) => one - other);
        expect(due.nextAtMs).toBe(sorted[0] ?? null);
        expect(due.takeDue(nowMs)).toEqual(sorted.filter((atMs) => atMs <= nowMs));
        expect(due.size).toBe(sorted.filter((atMs) => atMs > nowMs).length);
        expect(due.takeDue(1_000)).toEqual(sorted.filter((atMs) => atMs > nowMs));
        expect(due.nextAtMs).toBeNull();
      }),
    );
  });
});

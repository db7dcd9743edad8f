import { describe, expect, it } from "vitest";
import { throttleDelaySeconds, throttleDelays } from "./throttle.rules.ts";

describe("the delay", () => {
  it.each([
    [0, 0],
    [1, 0],
    [4, 0],
    [5, 1],
    [6, 2],
    [7, 4],
    [10, 32],
    [14, 512],
    [15, 900],
    [99, 900],
    [100, 86_400],
    [5_000, 86_400],
  ])("after %i failures is %i s", (failures, seconds) => {
    expect(throttleDelaySeconds(failures)).toBe(seconds);
  });

  it("keeps a hundred guesses busy for more than 21 hours", () => {
    const hours = throttleDelays.slice(0, 99).reduce((sum, seconds) => sum + seconds, 0) / 3_600;
    expect(hours).toBeCloseTo(21.53, 2);
  });

  it("is listed for the database from the first failure to the hundredth", () => {
    expect(throttleDelays).toHaveLength(100);
    expect(throttleDelays[4]).toBe(1);
    expect(throttleDelays.at(-1)).toBe(86_400);
  });
});

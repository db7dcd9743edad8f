import { describe, expect, it } from "vitest";
import { createSingleFlight } from "./single-flight.ts";

describe("a single flight", () => {
  it("does the work once for all who come meanwhile, and again for whoever comes later", async () => {
    const fly = createSingleFlight<number>();
    let done = 0;
    const work = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done += 1;
      return done;
    };
    expect(await Promise.all([fly("a", work), fly("a", work), fly("a", work)])).toEqual([1, 1, 1]);
    expect(await fly("a", work)).toBe(2);
    expect(new Set(await Promise.all([fly("a", work), fly("b", work)])).size).toBe(2);
  });

  it("gives a failure to all of them and keeps none of it", async () => {
    const fly = createSingleFlight<string>();
    const fail = async () => Promise.reject(new Error("away"));
    const outcomes = await Promise.allSettled([fly("a", fail), fly("a", fail)]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await fly("a", async () => "back")).toBe("back");
  });
});

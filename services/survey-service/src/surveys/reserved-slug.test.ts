import { allOperations } from "@roundtrip/contracts/openapi";
import { describe, expect, it } from "vitest";
import { isReservedSegment } from "./reserved-slug.rules.ts";

describe("reserved slugs", () => {
  it("hold the first segment of every operation's path", () => {
    const segments = allOperations.map((operation) => operation.path.split("/")[1] ?? "");
    expect(segments.length).toBeGreaterThan(30);
    expect(segments.filter((segment) => !segment.startsWith(":") && !isReservedSegment(segment))).toEqual([]);
  });

  it("are reserved in any case, and leave ordinary words alone", () => {
    expect(isReservedSegment("V2")).toBe(true);
    expect(isReservedSegment("wellbeing")).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { overlapEnd, refuseExpiry, successorExpiry } from "./api-key.rules.ts";

const now = new Date("2026-11-20T10:00:00.000Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

describe("an expiry", () => {
  it("must be still to come", () => {
    expect(refuseExpiry(now, now)).not.toBeNull();
    expect(refuseExpiry(after(0.001), now)).toBeNull();
  });
});

describe("a successor", () => {
  it("lives as long as its predecessor was given", () => {
    expect(successorExpiry({ createdAt: after(-100), expiresAt: after(20) }, now)).toEqual(after(120));
  });

  it("lasts when its predecessor would have", () => {
    expect(successorExpiry({ createdAt: after(-100), expiresAt: null }, now)).toBeNull();
  });
});

describe("the overlap", () => {
  it.each([
    ["ends after its seconds", null, 60, after(60)],
    ["ends after its seconds, when the key would live longer", after(61), 60, after(60)],
    ["never prolongs the key's life", after(59), 60, after(59)],
    ["may be nothing", null, 0, now],
  ])("%s", (_name, expiresAt, seconds, end) => {
    expect(overlapEnd(expiresAt, seconds, now)).toEqual(end);
  });
});

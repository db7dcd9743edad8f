import { describe, expect, it } from "vitest";
import { refuseTokenExpiry } from "./personal-access-token.rules.ts";

const now = new Date("2026-11-20T10:00:00.000Z");

describe("an expiry", () => {
  it.each([
    ["this moment", "2026-11-20T10:00:00.000Z", "in_the_past"],
    ["the past", "2020-01-01T00:00:00.000Z", "in_the_past"],
    ["more than two years", "2028-11-20T10:00:00.001Z", "too_late"],
    ["another age", "9999-01-01T00:00:00.000Z", "too_late"],
  ])("is refused for %s", (_name, text, type) => {
    expect(refuseTokenExpiry(new Date(text), now)).toMatchObject({ type });
  });

  it.each(["2026-11-20T10:00:00.001Z", "2028-11-20T10:00:00.000Z"])("may be %s", (text) => {
    expect(refuseTokenExpiry(new Date(text), now)).toBeNull();
  });
});

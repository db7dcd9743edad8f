import { type Scope, scopes } from "@roundtrip/contracts/scope";
import { describe, expect, it } from "vitest";
import { actionTokenExpiry, chooseScopes } from "./action-token.rules.ts";

const usual: readonly Scope[] = ["users:read", "users:write", "sessions:read", "sessions:write", "submissions:read"];

describe("the scopes", () => {
  it("are the usual ones as far as the key has them", () => {
    expect(chooseScopes(undefined, scopes)).toEqual(usual);
    expect(chooseScopes(undefined, ["tokens:write", "users:read"])).toEqual(["users:read"]);
  });

  it("are those that were asked for, when the key has them all", () => {
    expect(chooseScopes(["surveys:read"], scopes)).toEqual(["surveys:read"]);
    expect(chooseScopes(["users:read", "surveys:read"], ["users:read"])).toEqual({
      refusal: expect.stringContaining("surveys:read"),
    });
  });

  it("are never none at all", () => {
    expect(chooseScopes(undefined, ["tokens:write"])).toHaveProperty("refusal");
  });
});

describe("the expiry", () => {
  it.each([
    ["is two hours", undefined, null, 8_200],
    ["is what was asked for", 60, null, 1_060],
    ["is never beyond the key's", 600, new Date(1_100_999), 1_100],
    ["is no later for a key that lives longer", 600, new Date(2_000_000), 1_600],
  ])("%s", (_name, life, keyExpiresAt, end) => {
    expect(actionTokenExpiry(1_000, life, keyExpiresAt)).toBe(end);
  });
});

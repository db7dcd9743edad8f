import { describe, expect, it } from "vitest";
import { effectiveSettings } from "../surveys/survey-settings.rules.ts";
import { respondentChanges, storableClaims } from "./respondent-changes.rules.ts";

const now = new Date("2026-06-15T12:00:00Z");
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const stored = {
  name: "Anna",
  customFields: [{ name: "site", value: "north", public: true }],
  redirectUrl: "https://clinic.example/",
  tokenExpiresAt: null,
};
const context = { now, ttlSeconds: null };

describe("what a token changes about a respondent", () => {
  it.each([
    ["nothing", {}],
    ["the same name", { name: "Anna" }],
    ["the same custom fields", { customFields: [{ name: "site", value: "north", public: true }] }],
    ["the same redirect", { redirectUrl: "https://clinic.example/" }],
  ])("is nothing when it claims %s", (_name, claims) => {
    expect(respondentChanges(stored, { username: "a", ...claims }, context)).toBeNull();
  });

  it.each([
    ["another name", { name: "Anne" }],
    ["no name", { name: null }],
    ["no custom fields", { customFields: [] }],
    ["another value", { customFields: [{ name: "site", value: "south", public: true }] }],
    ["a field that is public no longer", { customFields: [{ name: "site", value: "north" }] }],
    ["another redirect", { redirectUrl: "https://clinic.example/other" }],
  ])("is exactly the claim when it claims %s", (_name, claims) => {
    expect(respondentChanges(stored, { username: "a", ...claims }, context)).toEqual(claims);
  });

  const renewed = { tokenExpiresAt: inSeconds(3_600) };
  it.each([
    { when: "has no end", tokenExpiresAt: null, changes: null },
    { when: "has more than half of its life left", tokenExpiresAt: inSeconds(1_801), changes: null },
    { when: "has half of its life left", tokenExpiresAt: inSeconds(1_800), changes: null },
    { when: "has less than half of its life left", tokenExpiresAt: inSeconds(1_799), changes: renewed },
    { when: "has expired", tokenExpiresAt: inSeconds(-1), changes: renewed },
    { when: "has expired, where tokens no longer do", tokenExpiresAt: inSeconds(-1), ttlSeconds: null, changes: null },
  ])("renews a token of an hour, or does not, that $when", ({ tokenExpiresAt, changes, ttlSeconds = 3_600 }) => {
    expect(respondentChanges({ ...stored, tokenExpiresAt }, { username: "a" }, { now, ttlSeconds })).toEqual(changes);
  });
});

describe("what may be stored of the claims", () => {
  const claims = {
    username: "a",
    password: "Correct-horse-1",
    name: "Anna",
    customFields: [],
    redirectUrl: "https://x.example/",
  };

  it.each([
    [{}, ["username", "password", "redirectUrl"]],
    [{ personal_identifiers: true }, ["username", "password", "redirectUrl", "name"]],
    [{ custom_fields: true }, ["username", "password", "redirectUrl", "customFields"]],
    [
      { personal_identifiers: true, custom_fields: true },
      ["username", "password", "redirectUrl", "name", "customFields"],
    ],
  ])("with the settings %j is %j", (settings, members) => {
    expect(Object.keys(storableClaims(claims, effectiveSettings(settings)))).toEqual(members);
  });
});

import { describe, expect, it } from "vitest";
import { effectiveState } from "./survey.rules.ts";
import { effectiveSettings, mergeSettings } from "./survey-settings.rules.ts";

const at = (instant: string) => new Date(instant);

describe("effectiveState", () => {
  const survey = { state: "active", startDate: "2026-03-01", endDate: "2026-03-31" } as const;

  it.each([
    ["2026-02-28T23:59:59.999Z", "notStarted"],
    ["2026-03-01T00:00:00.000Z", "active"],
    ["2026-03-31T23:59:59.999Z", "active"],
    ["2026-04-01T00:00:00.000Z", "completed"],
  ])("at %s is %s", (instant, state) => {
    expect(effectiveState(survey, at(instant))).toBe(state);
  });

  it("is the stored one without dates", () => {
    expect(effectiveState({ state: "suspended", startDate: null, endDate: null }, at("2026-03-01T00:00:00Z"))).toBe(
      "suspended",
    );
  });
});

describe("settings", () => {
  it("have every default of the contract", () => {
    expect(effectiveSettings({})).toEqual({
      user_generation: { mode: "off", require: [], max_lifetime_seconds: null, one_time: false },
      personal_identifiers: false,
      custom_fields: false,
      auth_url: { base_url: null, charset: null, length: 32, ttl_seconds: null },
      limits: { max_per_day: null, max_total: null, min_interval_seconds: null },
      session: { store: true, max_age_seconds: 43_200, fixed: null },
      redirect: null,
    });
  });

  it("keep what a change does not name, inside each setting too", () => {
    const stored = { custom_fields: true, limits: { max_per_day: 1, max_total: 5 } };
    expect(mergeSettings(stored, { limits: { max_total: 9 } })).toEqual({
      custom_fields: true,
      limits: { max_per_day: 1, max_total: 9 },
    });
  });

  it("lose no rule about tokens when the mode alone is named", () => {
    const rules = { require: ["exp" as const], one_time: true, max_lifetime_seconds: 60 };
    const stored = { user_generation: { mode: "off" as const, ...rules } };
    expect(mergeSettings(stored, { user_generation: { mode: "jwt" } })).toEqual({
      user_generation: { mode: "jwt", ...rules },
    });
    expect(mergeSettings({}, { user_generation: { one_time: true } })).toEqual({
      user_generation: { mode: "off", one_time: true },
    });
  });

  it("change a redirect in part, replace its lists, clear it, and begin none without a URL", () => {
    const redirect = { url: "https://a.example/", timer: 1, allowed_origins: ["https://a.example"] };
    expect(mergeSettings({ redirect }, { redirect: { timer: 7 } })).toEqual({ redirect: { ...redirect, timer: 7 } });
    expect(mergeSettings({ redirect }, { redirect: { allowed_origins: [], url: null } })).toEqual({
      redirect: { url: null, timer: 1, allowed_origins: [] },
    });
    expect(mergeSettings({ redirect }, { redirect: null })).toEqual({ redirect: null });
    expect(mergeSettings({ redirect: null }, { redirect: { timer: 7 } })).toBeNull();
    expect(mergeSettings({}, { redirect: { url: null } })).toEqual({ redirect: { url: null } });
  });
});

import { describe, expect, it, vi } from "vitest";
import { formatDay, languageTag } from "./locale.ts";

describe("languageTag", () => {
  it("takes both ways of writing a locale and falls back to English", () => {
    expect(languageTag("en_GB")).toBe("en-GB");
    expect(languageTag("pt-br")).toBe("pt-BR");
    for (const unusable of ["", "??", "not a locale"]) expect(languageTag(unusable), unusable).toBe("en");
  });
});

describe("formatDay", () => {
  it("writes a day the way the survey's locale does", () => {
    expect(formatDay("2026-10-31T12:00:00.000Z", "en_GB")).toBe("31 October 2026");
    expect(formatDay("2026-10-31T12:00:00.000Z", "en_US")).toBe("October 31, 2026");
  });

  it("keeps a calendar date the same day in every time zone", () => {
    for (const zone of ["Pacific/Honolulu", "UTC", "Pacific/Kiritimati"]) {
      vi.stubEnv("TZ", zone);
      expect(formatDay("2027-03-01", "en_GB"), zone).toBe("1 March 2027");
    }
    vi.unstubAllEnvs();
  });
});

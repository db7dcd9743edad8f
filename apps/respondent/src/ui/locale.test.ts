import { describe, expect, it } from "vitest";
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
});

import { describe, expect, it } from "vitest";
import { looksLikeToken } from "./token.rules.ts";

describe("the shape of a token", () => {
  it.each(["YQ.YWI.YWJj", "eyJhIjoxfQ.e30.-_-_"])("is three parts of base64url: %s", (text) => {
    expect(looksLikeToken(text)).toBe(true);
  });

  it.each([
    ["surplus bits in the first part", "YR.YWI.YWJj"],
    ["surplus bits in the second part", "YQ.YWJ.YWJj"],
    ["surplus bits in the last part", "YQ.YWI.YWJjYR"],
    ["a last character of no byte", "YQ.YWI.YWJjY"],
    ["the other alphabet", "YQ.YWI.+/+/"],
    ["padding", "YQ==.YWI.YWJj"],
    ["two parts", "YQ.YWI"],
    ["an empty part", "YQ..YWJj"],
    ["more than 4,096 characters", `YQ.YWI.${"YWJj".repeat(1_024)}`],
  ])("is refused for %s", (_name, text) => {
    expect(looksLikeToken(text)).toBe(false);
  });
});

import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { apiKeyPrefix, createApiKey, isApiKey } from "./api-key-format.ts";

describe("an API key", () => {
  it("names its environment, holds 43 random characters and ends with a checksum", () => {
    const key = createApiKey("live");
    expect(key).toMatch(/^rt_live_[0-9A-Za-z]{49}$/);
    expect(createApiKey("dev")).toMatch(/^rt_dev_[0-9A-Za-z]{49}$/);
    expect(isApiKey(key)).toBe(true);
  });

  it("ends with the CRC-32 of what is before it, in six base62 digits", () => {
    const body = `rt_live_${"A".repeat(43)}`;
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const key = [body, ...digits(crc32(body)).map((digit) => alphabet[digit])].join("");
    expect(isApiKey(key)).toBe(true);
  });

  it("uses every character about equally often", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 1_000; index += 1) {
      for (const character of createApiKey("dev").slice(7, 50)) counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    // 43,000 characters over 62: 694 expected, standard deviation 26; six of them either way.
    expect(counts.size).toBe(62);
    for (const count of counts.values()) expect(Math.abs(count - 694)).toBeLessThan(156);
  });

  it("shows a prefix that tells keys apart and gives nothing away", () => {
    const key = createApiKey("live");
    expect(apiKeyPrefix(key)).toBe(key.slice(0, 14));
  });

  it("is refused when one character differs, wherever it stands", () => {
    const key = createApiKey("live");
    for (let index = 8; index < key.length; index += 1) {
      const other = key[index] === "a" ? "b" : "a";
      expect(isApiKey(key.slice(0, index) + other + key.slice(index + 1))).toBe(false);
    }
  });

  it.each([
    ["empty", ""],
    ["too short", "rt_live_abc"],
    ["another kind", createApiKey("live").replace("rt_live_", "rt_pat_")],
    ["the other environment", createApiKey("live").replace("rt_live_", "rt_dev_")],
    ["a line break at the end", `${createApiKey("live")}\n`],
    ["longer", `${createApiKey("live")}0`],
  ])("is refused when it is %s", (_name, text) => {
    expect(isApiKey(text)).toBe(false);
  });
});

const digits = (value: number): number[] => {
  const result: number[] = [];
  for (let rest = value; result.length < 6; rest = Math.floor(rest / 62)) result.unshift(rest % 62);
  return result;
};

import { createKeyringText, openKeyring } from "@roundtrip/secret-box/keyring";
import { describe, expect, it } from "vitest";
import { createAuthenticationTokens, sha256Hex, type TokenSeed } from "./authentication-token.ts";

const seed: TokenSeed = { respondentId: "r1", keyVersion: 1, counter: 1, charset: null, length: 32 };

describe("authentication tokens", () => {
  const text = createKeyringText();
  const tokens = createAuthenticationTokens(openKeyring(text));

  it("are the same for the same respondent, and others for another respondent, counter or server", () => {
    const derived = [
      tokens.derive(seed),
      tokens.derive({ ...seed, respondentId: "r2" }),
      tokens.derive({ ...seed, counter: 2 }),
      createAuthenticationTokens(openKeyring(createKeyringText())).derive(seed),
    ];
    expect(createAuthenticationTokens(openKeyring(text)).derive(seed)).toBe(derived[0]);
    expect(new Set(derived).size).toBe(4);
  });

  it.each([
    [null, 32],
    [null, 128],
    ["0123456789", 12],
    ["abcdefghijklmnopqrstuvwxyz", 127],
  ])("keep to the charset %s and the length %i", (charset, length) => {
    const token = tokens.derive({ ...seed, charset, length });
    expect(token).toHaveLength(length);
    const allowed = charset ?? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    expect([...token].every((character) => allowed.includes(character))).toBe(true);
  });

  it("favour no character: a remainder of 256 by 10 would give the first six a tenth more", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 4_000; index += 1) {
      for (const digit of tokens.derive({ ...seed, respondentId: `r${index}`, charset: "0123456789", length: 100 })) {
        counts.set(digit, (counts.get(digit) ?? 0) + 1);
      }
    }
    // 400,000 draws, 40,000 expected each, standard deviation 190; a plain remainder would give 40,625 and 39,062.
    for (const count of counts.values()) expect(Math.abs(count - 40_000)).toBeLessThan(5 * 190);
    const firstSix = [..."012345"].reduce((sum, digit) => sum + (counts.get(digit) ?? 0), 0);
    expect(Math.abs(firstSix - 240_000)).toBeLessThan(5 * 310);
  });

  it("stay what they are after the master key is rotated, and are found by what the old key stored", () => {
    const rotated = createAuthenticationTokens(openKeyring(`${text},2:${createKeyringText().slice(2)}`));
    expect(rotated.keyVersion).toBe(2);
    expect(rotated.derive(seed)).toBe(tokens.derive(seed));
    const sha256 = sha256Hex(tokens.derive(seed));
    expect(rotated.digests(sha256)).toContain(tokens.digest(sha256));
    expect(rotated.digest(sha256)).not.toBe(tokens.digest(sha256));
  });
});

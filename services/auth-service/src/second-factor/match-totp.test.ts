import { describe, expect, it } from "vitest";
import { matchingStep, otpauthUrl, seedText } from "./match-totp.ts";

/** RFC 6238 appendix B, SHA-1: the seed is the ASCII "12345678901234567890"; the last six of its eight digits. */
const seed = seedText(Buffer.from("12345678901234567890"));
const vectors = [
  { seconds: 59, code: "287082", step: 0x1 },
  { seconds: 1_111_111_109, code: "081804", step: 0x23523ec },
  { seconds: 1_111_111_111, code: "050471", step: 0x23523ed },
  { seconds: 1_234_567_890, code: "005924", step: 0x273ef07 },
  { seconds: 2_000_000_000, code: "279037", step: 0x3f940aa },
  { seconds: 20_000_000_000, code: "353130", step: 0x27bc86aa },
];
const at = (seconds: number) => new Date(seconds * 1_000);

describe("RFC 6238", () => {
  it.each(vectors)("at $seconds s the code is $code", ({ seconds, code, step }) => {
    expect(matchingStep(seed, code, at(seconds))).toBe(step);
  });

  it.each(vectors)("takes $code one step early and one late, and no further", ({ seconds, code, step }) => {
    expect(matchingStep(seed, code, at(seconds - 30))).toBe(step);
    expect(matchingStep(seed, code, at(seconds + 30))).toBe(step);
    expect(matchingStep(seed, code, at(Math.max(0, seconds - 60) + 120 * Number(seconds < 60)))).toBeNull();
    expect(matchingStep(seed, code, at(seconds + 60))).toBeNull();
  });

  it("RFC 4226 appendix D: the codes of the first steps", () => {
    const codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
    expect(codes.map((code, step) => matchingStep(seed, code, at(step * 30)))).toEqual(codes.map((_, step) => step));
  });
});

describe("a wrong code", () => {
  it.each(["287083", "000000", "94287082", "28708", ""])("%j belongs to no step", (code) => {
    expect(matchingStep(seed, code, at(59))).toBeNull();
  });

  it("belongs to another seed", () => {
    expect(matchingStep(seedText(Buffer.from("09876543210987654321")), "287082", at(59))).toBeNull();
  });
});

describe("the address for authenticator apps", () => {
  it("says all that RFC 6238 leaves open, and quotes what people chose", () => {
    const url = new URL(
      otpauthUrl(seed, { issuer: "Roundtrip surveys.example", account: "a&b?secret=x@clinic.example" }),
    );
    expect(url.protocol).toBe("otpauth:");
    expect(url.host).toBe("totp");
    expect(decodeURIComponent(url.pathname)).toBe("/Roundtrip surveys.example:a&b?secret=x@clinic.example");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      issuer: "Roundtrip surveys.example",
      secret: seed,
      algorithm: "SHA1",
      digits: "6",
      period: "30",
    });
  });

  it("has the seed in Base32 without padding, as apps want it", () => {
    expect(seed).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  });
});

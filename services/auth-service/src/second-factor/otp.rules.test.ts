import { describe, expect, it } from "vitest";
import { groupRecoveryCode, readOtp, recoveryAlphabet, recoveryLength } from "./otp.rules.ts";

describe("a code", () => {
  it.each(["123456", "123 456", " 123-456\n", "1-2-3-4-5-6"])("is six digits: %j", (text) => {
    expect(readOtp(text)).toEqual({ kind: "totp", code: "123456" });
  });

  it.each([
    "12345",
    "1234567",
    "12345a",
    "１２３４５６",
    "١٢٣٤٥٦",
    "-12345",
    "",
    "      ",
    "0x1234",
    "123.56",
    "1e5000",
  ])("is nothing else: %j", (text) => {
    expect(readOtp(text)).toBeNull();
  });
});

describe("a recovery code", () => {
  const code = "0123456789ABCDEF";

  it.each([code, "0123-4567-89AB-CDEF", "0123 4567 89ab cdef", "olz3456789abcdef".replace("z", "2")])(
    "is read however it is typed: %s",
    (text) => {
      expect(readOtp(text)).toEqual({ kind: "recovery_code", code });
    },
  );

  it.each([code.slice(1), `${code}0`, "U123456789ABCDEF", "0123456789ABCDE\u0000", "0123456789ABCDE%"])(
    "has its length and its alphabet: %j",
    (text) => {
      expect(readOtp(text)).toBeNull();
    },
  );

  it("has 80 bits at least and no look-alikes", () => {
    expect(Math.log2(recoveryAlphabet.length) * recoveryLength).toBeGreaterThanOrEqual(80);
    expect(new Set(recoveryAlphabet).size).toBe(recoveryAlphabet.length);
    expect(recoveryAlphabet).not.toMatch(/[ILOU]/);
  });

  it("is shown in groups of four", () => {
    expect(groupRecoveryCode(code)).toBe("0123-4567-89AB-CDEF");
  });
});

export interface Otp {
  readonly kind: "totp" | "recovery_code";
  /** As it is compared: no blanks, no hyphens, one spelling. */
  readonly code: string;
}

/** Without I, L, O and U: nothing that looks like another character when it is written by hand (Crockford's Base32). */
export const recoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** 16 characters of 5 bits: 80 bits, out of reach even for somebody who is not throttled. */
export const recoveryLength = 16;

const spelled: Readonly<Record<string, string>> = { O: "0", I: "1", L: "1" };

/** What somebody typed, or null when it can be no code at all. */
export const readOtp = (text: string): Otp | null => {
  const code = text.replace(/[\s-]/g, "").toUpperCase();
  if (/^[0-9]{6}$/.test(code)) return { kind: "totp", code };
  const recovery = code.replace(/[OIL]/g, (letter) => spelled[letter] ?? letter);
  const isRecovery = recovery.length === recoveryLength && [...recovery].every((it) => recoveryAlphabet.includes(it));
  return isRecovery ? { kind: "recovery_code", code: recovery } : null;
};

/** In groups of four, as it is shown. */
export const groupRecoveryCode = (code: string): string => code.match(/.{1,4}/g)?.join("-") ?? code;

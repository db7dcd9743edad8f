import { Secret, TOTP } from "otpauth";

/** RFC 6238 as every authenticator app reads it. */
const shape = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** A code of the step before and of the one after is taken too: clocks differ, and people type slowly (section 5.2). */
const stepsAround = 1;

/** The 30 s step that the code belongs to, or null when it is no code of now. `seed` is Base32. */
export const matchingStep = (seed: string, code: string, now: Date): number | null => {
  const timestamp = now.getTime();
  const delta = TOTP.validate({
    ...shape,
    secret: Secret.fromBase32(seed),
    token: code,
    timestamp,
    window: stepsAround,
  });
  return delta === null ? null : TOTP.counter({ period: shape.period, timestamp }) + delta;
};

/** `otpauth://totp/...`, the address inside of the QR code. */
export const otpauthUrl = (seed: string, names: { readonly issuer: string; readonly account: string }): string =>
  new TOTP({ ...shape, issuer: names.issuer, label: names.account, secret: Secret.fromBase32(seed) }).toString();

/** Base32 without padding, as authenticator apps take it. */
export const seedText = (seed: Buffer): string => Secret.fromHex(seed.toString("hex")).base32;

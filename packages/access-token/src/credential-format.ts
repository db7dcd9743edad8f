import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * `rt_<live|dev|pat>_<43 base62><6 base62>`: 43 characters hold 256 random bits, the last 6 are the CRC-32 of everything
 * before them. The checksum is no security: it tells a typo or a scanner's guess from a real credential with no look-up at
 * all, and lets secret scanners find leaked ones without false alarms (services/auth-service/README.md).
 */
const shape = /^rt_(live|dev|pat)_[0-9A-Za-z]{49}$/;
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretLength = 43;
const checksumLength = 6;
/** The word and the first 6 random characters: enough to tell credentials apart in a list, far too little to guess the rest. */
const prefixSecretLength = 6;

export type CredentialWord = "live" | "dev" | "pat";

/** A fresh one. It exists in clear only in the answer that creates it. */
export const createCredential = (word: CredentialWord): string => {
  const body = `rt_${word}_${randomBase62(secretLength)}`;
  return body + checksumOf(body);
};

/**
 * Null unless the shape and the checksum are right; says nothing about whether anybody knows the credential. Asked before
 * any database, bus or cache is.
 */
export const credentialWord = (text: string): CredentialWord | null => {
  const word = shape.exec(text)?.[1];
  if (word !== "live" && word !== "dev" && word !== "pat") return null;
  return checksumOf(text.slice(0, -checksumLength)) === text.slice(-checksumLength) ? word : null;
};

/** What caches keep it by, the bus carries and auth-service stores the HMAC of: nobody gets the credential back from it. */
export const credentialSha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What lists and logs may show: `rt_live_3hDITX`. */
export const credentialPrefix = (text: string): string => text.slice(0, text.lastIndexOf("_") + 1 + prefixSecretLength);

/** 62^6 is above 2^32, so six digits always do. */
const checksumOf = (text: string): string => {
  let rest = crc32(text);
  let digits = "";
  for (let index = 0; index < checksumLength; index += 1) {
    digits = alphabet.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
};

/** Bytes from 248 up are thrown away: 248 is the largest multiple of 62 in a byte, so every character is equally likely. */
const randomBase62 = (length: number): string => {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < 248 && text.length < length) text += alphabet.charAt(byte % 62);
    }
  }
  return text;
};

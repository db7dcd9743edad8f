import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Environment } from "@roundtrip/contracts/scope";

/**
 * `rt_<live|dev>_<43 base62><6 base62>`: 43 characters hold 256 random bits, the last 6 are the CRC-32 of everything
 * before them. The checksum is no security: it tells a typo or a scanner's guess from a real key with no look-up at all,
 * and lets secret scanners find leaked keys without false alarms.
 */
const shape = /^rt_(live|dev)_[0-9A-Za-z]{49}$/;
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const secretLength = 43;
const checksumLength = 6;
/** Environment and the first 6 random characters: enough to tell keys apart in a list, far too little to guess the rest. */
const prefixSecretLength = 6;

/** A fresh key. It exists in clear only in the answer that creates it. */
export const createApiKey = (environment: Environment): string => {
  const body = `rt_${environment}_${randomBase62(secretLength)}`;
  return body + checksumOf(body);
};

/** True when the shape and the checksum are right; says nothing about whether anybody knows the key. */
export const isApiKey = (text: string): boolean =>
  shape.test(text) && checksumOf(text.slice(0, -checksumLength)) === text.slice(-checksumLength);

/** What lists and logs may show: `rt_live_3hDITX`. */
export const apiKeyPrefix = (key: string): string => key.slice(0, key.lastIndexOf("_") + 1 + prefixSecretLength);

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

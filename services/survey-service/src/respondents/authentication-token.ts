import { createHash, createHmac } from "node:crypto";
import type { AuthenticationUrls } from "@roundtrip/contracts/survey/respondent-object";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { Survey } from "../surveys/survey.store.ts";

/** Everything that a respondent's authentication token is made from; the token itself is never stored. */
export interface TokenSeed {
  readonly respondentId: string;
  readonly keyVersion: number;
  /** Rises when the token is rotated. */
  readonly counter: number;
  /** The survey's when the respondent was created; null is the default alphabet. */
  readonly charset: string | null;
  readonly length: number;
}

const defaultCharset = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

export interface AuthenticationTokens {
  readonly keyVersion: number;
  derive(seed: TokenSeed): string;
  /** What is stored, to find the respondent by the token's SHA-256 (hex). */
  digest(tokenSha256: string): string;
  /** The digest under every key version. */
  digests(tokenSha256: string): readonly string[];
}

export const createAuthenticationTokens = (keyring: Keyring): AuthenticationTokens => {
  const keys = new Map<number, Buffer>();
  const keyOf = (version: number): Buffer => {
    const key = keys.get(version) ?? keyring.derive("authentication-token", version);
    keys.set(version, key);
    return key;
  };
  return {
    keyVersion: keyring.currentVersion,
    derive: (seed) => deriveToken(keyOf(seed.keyVersion), seed),
    digest: (tokenSha256) => keyring.digest(tokenSha256),
    digests: (tokenSha256) => keyring.digests(tokenSha256),
  };
};

/**
 * HMAC-SHA-256 in counter mode as a stream of bytes. A byte picks a character only below the largest multiple of the
 * charset's size (of 256): a plain remainder would favour the first characters.
 */
const deriveToken = (key: Buffer, seed: TokenSeed): string => {
  const charset = seed.charset ?? defaultCharset;
  const bound = 256 - (256 % charset.length);
  let token = "";
  for (let block = 0; token.length < seed.length; block += 1) {
    const bytes = createHmac("sha256", key).update(`${seed.respondentId}:${seed.counter}:${block}`).digest();
    for (const byte of bytes) {
      if (byte < bound && token.length < seed.length) token += charset.charAt(byte % charset.length);
    }
  }
  return token;
};

export const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The addresses that sign a respondent in (api.md 4.2), on the survey's own base when it has one. */
export const authenticationUrls = (survey: Survey, token: string, publicUrl: string): AuthenticationUrls => {
  const base = (survey.settings.auth_url.base_url ?? publicUrl).replace(/\/+$/, "");
  const page = (path: string) => `${base}/${survey.slug}${path}?auth=${token}`;
  return { home: page(""), recall: page("/recall"), feedback: page("/feedback"), short: `${base}/a/${token}` };
};

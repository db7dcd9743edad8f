import { createHmac, timingSafeEqual } from "node:crypto";
import { Problem } from "@roundtrip/http-problem/problem";
import type { CreateUserGate } from "./create-user-gates.ts";
import { hashOf, looksLikeJwt, refuseHeader, refuseStandardClaims } from "./create-user-token.rules.ts";

/** 400 before anything is decoded, or the survey is even looked for. */
export const assertLooksLikeJwt = (token: string): void => {
  if (looksLikeJwt(token)) return;
  const msg = "must be a JWT in compact form";
  throw new Problem("token_malformed", {
    errors: { token: { code: "invalid_format", msg, path: "token", location: "body" } },
  });
};

export interface Expected {
  readonly now: Date;
  readonly publicUrl: string;
}

/**
 * The token's payload, once its header, its signature by one of the survey's secrets, its standard claims and the
 * survey's policy have passed, in this order. Throws `jwt_*` (403).
 */
export const verifyCreateUserToken = (token: string, gate: CreateUserGate, expected: Expected): unknown => {
  const [headerText = "", payloadText = "", signature = ""] = token.split(".");
  const header = parseJson(Buffer.from(headerText, "base64url"));
  refuse(refuseHeader(header));
  const signed = {
    hash: hashOf(header),
    text: `${headerText}.${payloadText}`,
    signature: Buffer.from(signature, "base64url"),
  };
  if (!isSigned(signed, gate, expected.now)) throw new Problem("jwt_invalid_signature");
  const payload = parseJson(Buffer.from(payloadText, "base64url"));
  if (payload === undefined) throw new Problem("jwt_malformed");
  const claims = isObject(payload) ? payload : {};
  const { slug, settings } = gate.survey;
  refuse(refuseStandardClaims(claims, { ...expected, slug, policy: settings.user_generation }));
  return payload;
};

const refuse = (code: ConstructorParameters<typeof Problem>[0] | null): void => {
  if (code !== null) throw new Problem(code);
};

interface Signed {
  readonly hash: "sha256" | "sha512";
  readonly text: string;
  readonly signature: Buffer;
}

/**
 * HMAC (RFC 7518 section 3.2) with node:crypto. The general JWT library does the same through WebCrypto's thread pool,
 * at twenty times the price: a fifth of this route's time (docs/decisions). The tests' tokens are made by that library.
 */
const isSigned = ({ hash, text, signature }: Signed, gate: CreateUserGate, now: Date): boolean =>
  gate.keys.some(({ key, retiresAt }) => {
    if (retiresAt !== null && retiresAt <= now) return false;
    const expected = createHmac(hash, key).update(text).digest();
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** `undefined`, which no JSON text means, for anything else than JSON in UTF-8. */
const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(strictUtf8.decode(bytes));
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

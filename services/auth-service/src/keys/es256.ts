import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign, verify } from "node:crypto";

/*
 * ES256 (RFC 7518 section 3.4) in compact form, at once and not in the thread pool: 0.03 ms to sign and 0.07 ms to verify,
 * less than the way into the pool and back. The pool is where passwords are hashed; a token that waited behind them would
 * make every refresh as slow as a burst of sign-ins. For our own tokens only: everybody else verifies with a library.
 */

export interface TokenHeader {
  readonly kid: string;
  readonly typ: string;
}

export const importSigningKey = (jwk: JsonWebKey): KeyObject => createPrivateKey({ key: jwk, format: "jwk" });
export const importPublicKey = (jwk: JsonWebKey): KeyObject => createPublicKey({ key: jwk, format: "jwk" });

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Two numbers of 32 bytes side by side, not the DER of OpenSSL. */
const dsaEncoding = "ieee-p1363";
const signatureBytes = 64;

export const signToken = (key: KeyObject, { kid, typ }: TokenHeader, claims: object): string => {
  const text = `${encode({ alg: "ES256", typ, kid })}.${encode(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding }).toString("base64url")}`;
};

/**
 * The header of a token that could be one of this `typ`, before anything is verified: exactly the algorithm and type, a key
 * id, and no `crit`, whose extensions we know none of (RFC 7515 section 4.1.11). Null for anything else. Whatever else
 * is in it - `jwk`, `jku`, `x5u` - is not looked at.
 */
export const readTokenHeader = (text: string, typ: string): TokenHeader | null => {
  const header = parseObject(text.split(".", 1)[0] ?? "");
  if (header?.["alg"] !== "ES256" || header["typ"] !== typ || "crit" in header || "b64" in header) return null;
  const { kid } = header;
  return typeof kid === "string" ? { kid, typ } : null;
};

/** The claims when the signature is the key's, else null. They say nothing yet about time, issuer or audience. */
export const openToken = (key: KeyObject, text: string): Readonly<Record<string, unknown>> | null => {
  const [header = "", payload = "", signature = "", ...more] = text.split(".");
  const given = Buffer.from(signature, "base64url");
  if (more.length > 0 || given.length !== signatureBytes) return null;
  if (!verify("sha256", Buffer.from(`${header}.${payload}`), { key, dsaEncoding }, given)) return null;
  return parseObject(payload);
};

/** Skips a byte order mark, as RFC 8259 section 8.1 allows and libraries do. */
const utf8 = new TextDecoder();

const parseObject = (segment: string): Readonly<Record<string, unknown>> | null => {
  try {
    const value: unknown = JSON.parse(utf8.decode(Buffer.from(segment, "base64url")));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
};

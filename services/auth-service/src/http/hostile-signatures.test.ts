import { createPublicKey, generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Row, type Slowest, saySlowest, tryRow } from "../test/hostile-rows.ts";
import { useAuthService } from "../test/open-auth-service.ts";
import { encode, type Forge, type Json, openForge, signEs256, type Target } from "../test/token-forge.ts";

/**
 * What Wycheproof's JWS set asks of a verifier, asked of the running service. The set itself cannot be sent: its payloads are
 * no claims, and its keys are not ours; so its shapes are signed anew with our own key.
 */
const { service } = useAuthService();
let forge: Forge;
const slowest: Slowest = { ms: 0, name: "" };
beforeAll(async () => {
  forge = await openForge(service().app, service().db);
});
afterAll(() => saySlowest(slowest));

/** SEC 2 section 2.4.2: order and field prime of P-256. */
const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const bytes = (value: bigint, length = 32): Buffer =>
  Buffer.from(
    value
      .toString(16)
      .padStart(length * 2, "0")
      .slice(-length * 2),
    "hex",
  );
const number = (part: Buffer): bigint => BigInt(`0x${part.toString("hex")}`);

const inputOf = (token: string): string => token.split(".").slice(0, 2).join(".");
/** The right token with another signature. */
const resigned = (t: Target, signature: (right: Buffer, input: string) => Buffer): string => {
  const token = t.sign();
  const input = inputOf(token);
  return `${input}.${encode(signature(Buffer.from(token.slice(input.length + 1), "base64url"), input))}`;
};
const withNumbers = (t: Target, change: (r: bigint, s: bigint) => readonly [bigint, bigint]): string =>
  resigned(t, (right) =>
    Buffer.concat(change(number(right.subarray(0, 32)), number(right.subarray(32))).map((x) => bytes(x))),
  );
const withHeader = (t: Target, header: Json, signature: (input: string) => Buffer): string => {
  const input = inputOf(t.sign(t.claims, header));
  return `${input}.${encode(signature(input))}`;
};
const ecSign = (hash: string, key: KeyObject) => (input: string) =>
  signBytes(hash, Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });

const curves = {
  p384: generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  p521: generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
  k1: generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey,
};
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
const ed25519 = generateKeyPairSync("ed25519").privateKey;

const numbers: readonly Row[] = [
  [
    "(r, n - s)",
    200,
    "the other half of a right pair verifies by the definition of ECDSA, and RFC 7518 asks for no low s. It gives the same claims a second spelling, which is worth nothing here: what is revoked or used up is known by sid and jti, never by the token's text",
    (t) => withNumbers(t, (r, s) => [r, n - s]),
  ],
  [
    "(0, 0)",
    401,
    "the signature that fits every message where the range is not checked (CVE-2022-21449)",
    (t) => withNumbers(t, () => [0n, 0n]),
  ],
  ["(r, 0)", 401, "s is at least 1", (t) => withNumbers(t, (r) => [r, 0n])],
  ["(0, s)", 401, "r is at least 1", (t) => withNumbers(t, (_r, s) => [0n, s])],
  ["(1, 1)", 401, "in range, and no signature", (t) => withNumbers(t, () => [1n, 1n])],
  ["(n, s)", 401, "r is below the order; n is 0 in disguise", (t) => withNumbers(t, (_r, s) => [n, s])],
  ["(r, n)", 401, "so is s", (t) => withNumbers(t, (r) => [r, n])],
  ["(n, n)", 401, "both", (t) => withNumbers(t, () => [n, n])],
  ["(p, s)", 401, "the field's prime is above the order", (t) => withNumbers(t, (_r, s) => [p, s])],
  ["(n - 1, n - 1)", 401, "the highest pair in range", (t) => withNumbers(t, () => [n - 1n, n - 1n])],
  ["all ones", 401, "above the order", (t) => resigned(t, () => Buffer.alloc(64, 0xff))],
  ["(s, r)", 401, "halves exchanged", (t) => withNumbers(t, (r, s) => [s, r])],
  ["(n - r, s)", 401, "only s has a twin", (t) => withNumbers(t, (r, s) => [n - r, s])],
  ["(r, r)", 401, "one half twice", (t) => withNumbers(t, (r) => [r, r])],
];

const shapes: readonly Row[] = [
  [
    "63 bytes",
    401,
    "RFC 7518 section 3.4: 64 bytes, no other number",
    (t) => resigned(t, (right) => right.subarray(0, 63)),
  ],
  [
    "65 bytes",
    401,
    "RFC 7518 section 3.4: 64 bytes, no other number",
    (t) => resigned(t, (right) => Buffer.concat([right, Buffer.alloc(1)])),
  ],
  [
    "a zero before each half",
    401,
    "RFC 7518 section 3.4: 64 bytes, no other number",
    (t) =>
      resigned(t, (right) =>
        Buffer.concat([Buffer.alloc(1), right.subarray(0, 32), Buffer.alloc(1), right.subarray(32)]),
      ),
  ],
  [
    "one byte",
    401,
    "RFC 7518 section 3.4: 64 bytes, no other number",
    (t) => resigned(t, (right) => right.subarray(0, 1)),
  ],
  [
    "r alone",
    401,
    "RFC 7518 section 3.4: 64 bytes, no other number",
    (t) => resigned(t, (right) => right.subarray(0, 32)),
  ],
  [
    "twice",
    401,
    "RFC 7518 section 3.4: 64 bytes, no other number",
    (t) => resigned(t, (right) => Buffer.concat([right, right])),
  ],
  [
    "DER",
    401,
    "the encoding of X.509, not of JWS",
    (t) => resigned(t, (_right, input) => signBytes("sha256", Buffer.from(input), forge.privateKey)),
  ],
  [
    "one bit changed",
    401,
    "no signature",
    (t) => resigned(t, (right) => Buffer.concat([right.subarray(0, 63), Buffer.from([(right[63] ?? 0) ^ 1])])),
  ],
  [
    "of another token",
    401,
    "signed something else",
    (t) => {
      const other = t.sign({ ...t.claims, jti: "other" });
      return `${inputOf(t.sign())}.${other.split(".")[2]}`;
    },
  ],
  [
    "of the claims only",
    401,
    "the header is signed as well",
    (t) => resigned(t, (_right, input) => signEs256(input.split(".")[1] ?? "", forge.privateKey)),
  ],
  [
    "of the decoded text",
    401,
    "what is signed is the text as sent",
    (t) => resigned(t, () => signEs256(`${JSON.stringify(t.header())}.${JSON.stringify(t.claims)}`, forge.privateKey)),
  ],
];

const algorithms: readonly Row[] = [
  [
    "SHA-384 with our key",
    401,
    "ES256 is SHA-256",
    (t) => resigned(t, (_right, input) => ecSign("sha384", forge.privateKey)(input)),
  ],
  [
    "SHA-1 with our key",
    401,
    "ES256 is SHA-256",
    (t) => resigned(t, (_right, input) => ecSign("sha1", forge.privateKey)(input)),
  ],
  [
    "ES384 said, our key",
    401,
    "one algorithm, and the key says which",
    (t) => withHeader(t, { alg: "ES384" }, ecSign("sha384", forge.privateKey)),
  ],
  [
    "ES512 said, our key",
    401,
    "one algorithm, and the key says which",
    (t) => withHeader(t, { alg: "ES512" }, ecSign("sha512", forge.privateKey)),
  ],
  [
    "ES256K said, our key",
    401,
    "another curve's name",
    (t) => withHeader(t, { alg: "ES256K" }, ecSign("sha256", forge.privateKey)),
  ],
  [
    "ESP256 said, our key",
    401,
    "RFC 9864's name for the same thing: one name is enough",
    (t) => withHeader(t, { alg: "ESP256" }, ecSign("sha256", forge.privateKey)),
  ],
  [
    "ES384 with P-384",
    401,
    "a key that nobody has published",
    (t) => withHeader(t, { alg: "ES384" }, ecSign("sha384", curves.p384)),
  ],
  ["ES256 with P-384", 401, "the wrong curve: 96 bytes", (t) => withHeader(t, {}, ecSign("sha256", curves.p384))],
  ["ES256 with P-521", 401, "the wrong curve: 132 bytes", (t) => withHeader(t, {}, ecSign("sha256", curves.p521))],
  [
    "ES256 with secp256k1",
    401,
    "the wrong curve: 64 bytes, as ours",
    (t) => withHeader(t, {}, ecSign("sha256", curves.k1)),
  ],
  [
    "ES256K with secp256k1",
    401,
    "not on the list",
    (t) => withHeader(t, { alg: "ES256K" }, ecSign("sha256", curves.k1)),
  ],
  [
    "RS256",
    401,
    "the wrong kind of key",
    (t) => withHeader(t, { alg: "RS256" }, (input) => signBytes("sha256", Buffer.from(input), rsa)),
  ],
  [
    "PS256",
    401,
    "the wrong kind of key",
    (t) =>
      withHeader(t, { alg: "PS256" }, (input) => signBytes("sha256", Buffer.from(input), { key: rsa, padding: 6 })),
  ],
  [
    "ES256 with RSA",
    401,
    "alg says one thing, the signature is another",
    (t) => withHeader(t, {}, (input) => signBytes("sha256", Buffer.from(input), rsa)),
  ],
  [
    "EdDSA",
    401,
    "not on the list",
    (t) => withHeader(t, { alg: "EdDSA" }, (input) => signBytes(null, Buffer.from(input), ed25519)),
  ],
  [
    "ES256 with Ed25519",
    401,
    "64 bytes as well, and no ECDSA",
    (t) => withHeader(t, {}, (input) => signBytes(null, Buffer.from(input), ed25519)),
  ],
];

const segments = (t: Target): readonly [string, string, string] => {
  const [header = "", payload = "", signature = ""] = t.sign().split(".");
  return [header, payload, signature];
};
const serialisations: readonly Row[] = [
  [
    "flattened JSON",
    401,
    "RFC 7515 section 7.2 is for documents, not for headers",
    (t) => {
      const [header, payload, signature] = segments(t);
      return JSON.stringify({ protected: header, payload, signature });
    },
  ],
  [
    "general JSON",
    401,
    "RFC 7515 section 7.2 is for documents, not for headers",
    (t) => {
      const [header, payload, signature] = segments(t);
      return JSON.stringify({ payload, signatures: [{ protected: header, signature }] });
    },
  ],
  ["two segments", 401, "three, no more and no fewer", (t) => inputOf(t.sign())],
  ["four segments", 401, "three, no more and no fewer", (t) => `${t.sign()}.AAAA`],
  ["five segments", 401, "an encrypted token (RFC 7516), which we do not read", (t) => `${t.sign()}.AAAA.AAAA`],
  ["a dot at the end", 401, "an empty fourth segment", (t) => `${t.sign()}.`],
  ["a dot at the start", 401, "an empty header", (t) => `.${t.sign()}`],
  ["dots alone", 401, "nothing between them", () => ".."],
  [
    "an empty payload (detached)",
    401,
    "RFC 7515 appendix F is not for tokens",
    (t) => {
      const [header, , signature] = segments(t);
      return `${header}..${signature}`;
    },
  ],
  [
    "the alphabet of base64",
    401,
    "base64url only; a plus has another spelling there",
    (t) => {
      const [header, payload] = segments(t);
      return `${header}.${payload}.${Buffer.from("++//".repeat(16), "base64").toString("base64")}`;
    },
  ],
  ["= inside", 401, "no padding anywhere", (t) => t.sign().replace(".", "=.")],
  ["a blank at the end of a segment", 401, "no blanks anywhere", (t) => t.sign().replace(/\.([^.]*)$/, " .$1")],
  ["a line break, percent-encoded", 401, "a header is taken as it is", (t) => t.sign().replace(".", "%0d%0a.")],
  ["a line break", 400, "two header lines, and the second is none", (t) => t.sign().replace(".", ".\r\n")],
  ["a letter beyond ASCII", 401, "no letter of base64url", (t) => t.sign().replace(".", "é.")],
  ["a header that is a list", 401, "a header is an object", (t) => t.sign(t.claims, "[]")],
  ["a header that is a text", 401, "a header is an object", (t) => t.sign(t.claims, '"ES256"')],
  ["a header that is null", 401, "a header is an object", (t) => t.sign(t.claims, "null")],
  ["a header that is no JSON", 401, "a header is an object", (t) => t.sign(t.claims, "alg=ES256")],
  [
    "a header with a byte order mark",
    { access: 401, refresh: 200 },
    "RFC 8259 section 8.1 lets a parser skip it, and one of our two does; only we could have signed it",
    (t) => t.sign(t.claims, `\ufeff${JSON.stringify(t.header())}`),
  ],
  [
    "blanks in the header's JSON",
    200,
    "JSON allows them, and the signature covers them: it is our own token",
    (t) => t.sign(t.claims, JSON.stringify(t.header(), null, 1)),
  ],
];

describe.each([
  ["numbers", numbers],
  ["shapes of signatures", shapes],
  ["algorithms and keys", algorithms],
  ["serialisations", serialisations],
] as const)("signatures: %s", (_group, rows) => {
  it.each(rows)("%s: %j, because %s", async (...row) => tryRow(forge, row, slowest));
});

describe("the table", () => {
  it("changes signatures that are right: unchanged, each is taken", async () => {
    const published = createPublicKey(forge.privateKey).export({ format: "jwk" });
    expect(published).toMatchObject({ kty: "EC", crv: "P-256" });
    for (const target of forge.targets) {
      expect((await target.send(`X-Auth-Token: ${withNumbers(target, (r, s) => [r, s])}`)).status).toBe(200);
      expect(
        (await target.send(`X-Auth-Token: ${withHeader(target, {}, ecSign("sha256", forge.privateKey))}`)).status,
      ).toBe(200);
    }
  });
});

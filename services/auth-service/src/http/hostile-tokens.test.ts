import { createHmac, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Row, type Slowest, saySlowest, tryRow } from "../test/hostile-rows.ts";
import { sql, useAuthService } from "../test/open-auth-service.ts";
import { encode, type Forge, type Json, openForge, signEs256, type Target } from "../test/token-forge.ts";

const { service } = useAuthService();
let forge: Forge;
let lureUrl: string;
let lureVisits = 0;
/** Where the URLs in headers lead. Nobody may ever call. */
const lure = createServer((socket) => {
  lureVisits += 1;
  socket.destroy();
});
const slowest: Slowest = { ms: 0, name: "" };

beforeAll(async () => {
  // Published like the keys of survey-service; the attacker has got hold of one.
  const ticketKey = JSON.stringify(attacker.publicKey.export({ format: "jwk" }));
  await sql(service().db, "INSERT INTO published_keys (kid, public_jwk) VALUES ('ticket-key', $1)", ticketKey);
  forge = await openForge(service().app, service().db);
  await new Promise<void>((resolve) => lure.listen(0, "127.0.0.1", resolve));
  const address = lure.address();
  lureUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/keys`;
});
afterAll(() => {
  saySlowest(slowest);
  lure.close();
});

const attacker = generateKeyPairSync("ec", { namedCurve: "P-256" });
const now = () => Math.floor(Date.now() / 1_000);
const without = ({ claims }: Target, name: string): Json =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
const unsigned = (target: Target, alg: unknown): string =>
  `${encode(target.header({ alg }))}.${encode(target.claims)}.`;
const signatureOf = (token: string): string => token.split(".")[2] ?? "";
/** HS256 with something public as its secret. */
const confused = (target: Target, secret: string | Buffer): string => {
  const input = `${encode(target.header({ alg: "HS256" }))}.${encode(target.claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
};
const pem = () => forge.publicKey.export({ type: "spki", format: "pem" }).toString();
/** The attacker's own key, and a header that leads to it. */
const foreign = (target: Target, header: Json): string => {
  const input = `${encode(target.header(header))}.${encode(target.claims)}`;
  return `${input}.${encode(signEs256(input, attacker.privateKey))}`;
};
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const textOf = ({ claims }: Target, more: string): string => `${JSON.stringify(claims).slice(0, -1)},${more}}`;
/** The shortest good token of at least so many characters; base64url leaves gaps of one. */
const padded = (target: Target, length: number): string => {
  const bare = target.sign({ ...target.claims, pad: "" }).length;
  for (let size = Math.floor(((length - bare) * 3) / 4) - 3; ; size += 1) {
    const token = target.sign({ ...target.claims, pad: "x".repeat(size) });
    if (token.length >= length) return token;
  }
};

const noAlgorithm: readonly Row[] = [
  ["alg none", 401, "unsigned tokens are nobody's", (t) => unsigned(t, "none")],
  ["alg None", 401, "the list has one entry, in one spelling", (t) => unsigned(t, "None")],
  ["alg nOnE", 401, "the list has one entry, in one spelling", (t) => unsigned(t, "nOnE")],
  ["alg none without the last dot", 401, "three segments or no token", (t) => unsigned(t, "none").slice(0, -1)],
  [
    "alg none with our signature",
    401,
    "alg decides, and none is not on the list",
    (t) => unsigned(t, "none") + signatureOf(t.sign()),
  ],
  ["no alg", 401, "RFC 7515 section 4.1.1: alg must be there", (t) => t.sign(t.claims, { alg: undefined })],
  ["alg null", 401, "no name", (t) => t.sign(t.claims, { alg: null })],
  ["alg as a list", 401, "a list holds the name, it is not the name", (t) => t.sign(t.claims, { alg: ["ES256"] })],
  ["alg es256", 401, "names are case-sensitive", (t) => t.sign(t.claims, { alg: "es256" })],
  ["an empty signature", 401, "nothing was signed", (t) => unsigned(t, "ES256")],
  ["HS256 with our PEM", 401, "a public key is no secret: the algorithm is pinned", (t) => confused(t, pem())],
  [
    "HS256 with our PEM, trimmed",
    401,
    "a public key is no secret: the algorithm is pinned",
    (t) => confused(t, pem().trim()),
  ],
  ["HS256 with a line feed before", 401, "gets round checks for the first dash", (t) => confused(t, `\n${pem()}`)],
  ["HS256 with a blank before", 401, "gets round checks for the first dash", (t) => confused(t, ` ${pem()}`)],
  ["HS256 with CRLF", 401, "gets round checks for the first dash", (t) => confused(t, pem().replaceAll("\n", "\r\n"))],
  [
    "HS256 with our DER",
    401,
    "the same key in another form",
    (t) => confused(t, forge.publicKey.export({ type: "spki", format: "der" })),
  ],
  [
    "HS256 with our JWK",
    401,
    "the text that the JWKS shows",
    (t) => confused(t, JSON.stringify(forge.publicKey.export({ format: "jwk" }))),
  ],
  ["HS256 with our kid", 401, "also public", (t) => confused(t, forge.kid)],
  ["HS256 with nothing", 401, "an empty secret", (t) => confused(t, "")],
];

const foreignKeys: readonly Row[] = [
  ["another key under our kid", 401, "the signature is not ours", (t) => foreign(t, {})],
  [
    "jwk",
    401,
    "a token cannot bring its own key",
    (t) => foreign(t, { kid: undefined, jwk: attacker.publicKey.export({ format: "jwk" }) }),
  ],
  [
    "jwk besides our kid",
    401,
    "a token cannot bring its own key",
    (t) => foreign(t, { jwk: attacker.publicKey.export({ format: "jwk" }) }),
  ],
  ["jku", 401, "nothing is fetched on a token's word", (t) => foreign(t, { jku: lureUrl })],
  ["jku and an unknown kid", 401, "not even when we lack the key", (t) => foreign(t, { jku: lureUrl, kid: "new" })],
  ["x5u", 401, "not even when we lack the key", (t) => foreign(t, { x5u: lureUrl })],
  ["x5c", 401, "certificates mean nothing here", (t) => foreign(t, { x5c: ["MIIB"] })],
  [
    "crit with an unknown name",
    401,
    "RFC 7515 section 4.1.11: not understood, refused",
    (t) => t.sign(t.claims, { crit: ["x"], x: 1 }),
  ],
  ["crit, empty", 401, "the same section forbids it", (t) => t.sign(t.claims, { crit: [] })],
  ["crit of b64", 401, "RFC 7797 is not supported", (t) => t.sign(t.claims, { crit: ["b64"], b64: false })],
];

const kids: readonly Row[] = [
  ["kid of a ticket key", 401, "published for return tickets, and marked so", (t) => foreign(t, { kid: "ticket-key" })],
  ["kid: a path", 401, "kid is looked up in a map", (t) => t.sign(t.claims, { kid: "../../../../dev/null" })],
  ["kid: SQL", 401, "and in nothing else", (t) => t.sign(t.claims, { kid: "' OR 1=1--" })],
  ["kid: a command", 401, "and in nothing else", (t) => t.sign(t.claims, { kid: "|curl x" })],
  [
    "kid of 10 KB",
    401,
    "over the 4 KB before anything is decoded",
    (t) => t.sign(t.claims, { kid: "k".repeat(10_240) }),
  ],
  ["kid: a list with ours", 401, "a list is not its member", (t) => t.sign(t.claims, { kid: [forge.kid] })],
  ["kid: a number", 401, "kids are texts", (t) => t.sign(t.claims, { kid: 1 })],
  ["kid: null", 401, "kids are texts", (t) => t.sign(t.claims, { kid: null })],
  ["no kid", 401, "no key is tried by guessing", (t) => t.sign(t.claims, { kid: undefined })],
  ["kid with a blank", 401, "kids are compared byte by byte", (t) => t.sign(t.claims, { kid: `${forge.kid} ` })],
  ["kid constructor", 401, "the map has no prototype's members", (t) => t.sign(t.claims, { kid: "constructor" })],
];

const times: readonly Row[] = [
  ["exp 10 s ago", 401, "past, beyond the 5 s for clocks", (t) => t.sign({ ...t.claims, exp: now() - 10 })],
  ["exp 1 s ago", 200, "clocks may differ by 5 s", (t) => t.sign({ ...t.claims, iat: now() - 60, exp: now() - 1 })],
  ["no exp", 401, "a token for ever", (t) => t.sign(without(t, "exp"))],
  ["exp as a text", 401, "no number", (t) => t.sign({ ...t.claims, exp: String(now() + 60) })],
  ["exp negative", 401, "long past", (t) => t.sign({ ...t.claims, exp: -1 })],
  ["exp with a fraction", 401, "we write whole seconds", (t) => t.sign({ ...t.claims, exp: now() + 60.5 })],
  [
    "exp 1e300",
    { access: 401, refresh: 200 },
    "an access token lives 2 h at most; of a refresh token the sign-in's row in the database says when it ends",
    (t) => t.sign({ ...t.claims, exp: 1e300 }),
  ],
  ["nbf in 60 s", 401, "not yet", (t) => t.sign({ ...t.claims, nbf: now() + 60 })],
  ["nbf as a text", 401, "no number", (t) => t.sign({ ...t.claims, nbf: "0" })],
  [
    "iat in 60 s",
    { access: 401, refresh: 200 },
    "from the future; as above, the row judges refresh tokens",
    (t) => t.sign({ ...t.claims, iat: now() + 60, exp: now() + 120 }),
  ],
  ["iat in 3 s", 200, "clocks may differ by 5 s", (t) => t.sign({ ...t.claims, iat: now() + 3 })],
  ["no iat", 401, "every token of ours has one", (t) => t.sign(without(t, "iat"))],
  ["iat as a text", 401, "no number", (t) => t.sign({ ...t.claims, iat: String(now()) })],
];

const parties: readonly Row[] = [
  ["another aud", 401, "for somebody else", (t) => t.sign({ ...t.claims, aud: "other" })],
  ["no aud", 401, "for nobody", (t) => t.sign(without(t, "aud"))],
  [
    "aud as a list with ours",
    401,
    "decided: one audience a token, so a list is not ours",
    (t) => t.sign({ ...t.claims, aud: [t.claims["aud"], "other"] }),
  ],
  [
    "aud as a list of ours",
    401,
    "decided: one audience a token, so a list is not ours",
    (t) => t.sign({ ...t.claims, aud: [t.claims["aud"]] }),
  ],
  ["another iss", 401, "not from us", (t) => t.sign({ ...t.claims, iss: "https://evil.example" })],
  ["iss as a list", 401, "no text", (t) => t.sign({ ...t.claims, iss: [t.claims["iss"]] })],
  [
    "iss with a slash",
    401,
    "issuers are compared byte by byte",
    (t) => t.sign({ ...t.claims, iss: `${String(t.claims["iss"])}/` }),
  ],
  ["no iss", 401, "from nobody", (t) => t.sign(without(t, "iss"))],
  ["sub empty", 401, "no id", (t) => t.sign({ ...t.claims, sub: "" })],
  ["sub as a list", 401, "no text", (t) => t.sign({ ...t.claims, sub: [t.claims["sub"]] })],
  ["no sub", 401, "nobody", (t) => t.sign(without(t, "sub"))],
  ["sid as SQL", 401, "no id, so the database never sees it", (t) => t.sign({ ...t.claims, sid: "' OR 1=1--" })],
  ["typ JWT", 401, "RFC 8725 section 3.11: a type for each kind", (t) => t.sign(t.claims, { typ: "JWT" })],
  ["no typ", 401, "RFC 8725 section 3.11: a type for each kind", (t) => t.sign(t.claims, { typ: undefined })],
  [
    "typ of a ticket",
    401,
    "RFC 8725 section 3.11: a type for each kind",
    (t) => t.sign(t.claims, { typ: "ticket+jwt" }),
  ],
  ["typ as a list", 401, "no text", (t) => t.sign(t.claims, { typ: [t.typ] })],
  [
    "the other kind's token",
    401,
    "a refresh token gives no access, an access token no tokens",
    (t) => {
      const other = forge.targets.find(({ typ }) => typ !== t.typ);
      return other?.sign() ?? "";
    },
  ],
  [
    "the other kind's claims under this typ",
    401,
    "the audience differs as well",
    (t) => t.sign(forge.targets.find(({ typ }) => typ !== t.typ)?.claims ?? {}),
  ],
];

const payloads: readonly Row[] = [
  ["payload: a list", 401, "claims are an object", (t) => t.sign("[]")],
  ["payload: a number", 401, "claims are an object", (t) => t.sign("1")],
  ["payload: a text", 401, "claims are an object", (t) => t.sign('"x"')],
  ["payload: null", 401, "claims are an object", (t) => t.sign("null")],
  ["payload: no JSON", 401, "claims are an object", (t) => t.sign("{")],
  ["payload: empty", 401, "three segments with something in them", (t) => t.sign("")],
  ["payload: invalid UTF-8", 401, "no text", (t) => t.sign(Buffer.from([0xff, 0xfe]))],
  ["payload of 2 MB", 431, "the HTTP parser stops at 16 KB of headers", (t) => t.sign("x".repeat(2_000_000))],
  ["payload of 100,000 brackets", 431, "the HTTP parser stops at 16 KB of headers", (t) => t.sign(nested(100_000))],
  ["payload of 1,300 brackets", 401, "within 4 KB nothing is deep enough to hurt", (t) => t.sign(nested(1_300))],
  ["a member twice", 401, "the last counts, and it is wrong", (t) => t.sign(textOf(t, '"aud":"other"'))],
  [
    "kid twice in the header",
    401,
    "the last counts, and it is not ours",
    (t) => t.sign(t.claims, JSON.stringify(t.header()).replace("}", ',"kid":"x"}')),
  ],
  [
    "__proto__ with everything",
    401,
    "a member of that name inherits nothing",
    (t) => t.sign(`{"__proto__":${JSON.stringify(t.claims)}}`),
  ],
  [
    "__proto__ in the header",
    401,
    "a member of that name inherits nothing",
    (t) => t.sign(t.claims, `{"__proto__":${JSON.stringify(t.header())}}`),
  ],
  ["4,094 to 4,096 characters", 200, "the longest tokens that are read", (t) => padded(t, 4_094)],
  ["over 4 KB", 401, "beyond the cap nothing is decoded", (t) => padded(t, 4_097)],
];

const spellings: readonly Row[] = [
  ["padding", 401, "RFC 7515 section 2: base64url without it; one token has one spelling", (t) => `${t.sign()}=`],
  [
    "surplus bits at the end",
    401,
    "the same bytes in another spelling",
    (t) => {
      const token = t.sign();
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      return token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) | 1);
    },
  ],
  ["a blank inside", 401, "decoders skip it, we do not", (t) => t.sign().replace(".", ". ")],
  ["a tab inside", 401, "decoders skip it, we do not", (t) => t.sign().replace(".", ".\t")],
  ["nothing", 401, "no token", () => ""],
  ["a word", 401, "no token", () => "token"],
];

describe.each([
  ["algorithms", noAlgorithm],
  ["keys that a token brings along", foreignKeys],
  ["kid", kids],
  ["times", times],
  ["parties and types", parties],
  ["payloads", payloads],
  ["spellings", spellings],
] as const)("hostile tokens: %s", (_group, rows) => {
  it.each(rows)("%s: %j, because %s", async (...row) => tryRow(forge, row, slowest));

  it("are made from tokens that are good, and lead nobody to call anywhere", async () => {
    for (const target of forge.targets) {
      expect((await target.send(`X-Auth-Token: ${target.sign()}`)).status).toBe(200);
    }
    expect(lureVisits).toBe(0);
  });
});

import { createHmac, generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { CompactSign, compactVerify, importJWK } from "jose";
import { describe, expect, it } from "vitest";
import { importPublicKey, importSigningKey, openToken, readTokenHeader, signToken } from "./es256.ts";

const makeKeys = () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk: JsonWebKey = pair.privateKey.export({ format: "jwk" });
  const publicJwk: JsonWebKey = pair.publicKey.export({ format: "jwk" });
  return { jwk, publicJwk, signing: importSigningKey(jwk), verifying: importPublicKey(publicJwk) };
};
const keys = makeKeys();
const header = { kid: "k1", typ: "rt+jwt" };
const claims = { sub: "s", exp: 5, nested: { text: "Zo\u00eb" } };
const base64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

describe("a token", () => {
  it("is opened with the key it was signed with", () => {
    const token = signToken(keys.signing, header, claims);
    expect(readTokenHeader(token, "rt+jwt")).toEqual(header);
    expect(openToken(keys.verifying, token)).toEqual(claims);
    expect(openToken(makeKeys().verifying, token)).toBeNull();
  });

  it("is the same to a library, both ways", async () => {
    const { payload, protectedHeader } = await compactVerify(
      signToken(keys.signing, header, claims),
      await importJWK({ ...keys.publicJwk, kty: "EC" }, "ES256"),
    );
    expect(JSON.parse(Buffer.from(payload).toString())).toEqual(claims);
    expect(protectedHeader).toEqual({ alg: "ES256", ...header });
    const theirs = await new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: "ES256", ...header })
      .sign(await importJWK({ ...keys.jwk, kty: "EC" }, "ES256"));
    expect(openToken(keys.verifying, theirs)).toEqual(claims);
  });
});

describe("what is no token", () => {
  const good = signToken(keys.signing, header, claims);
  const [head = "", body = "", signature = ""] = good.split(".");
  const zeros = Buffer.alloc(64).toString("base64url");
  it.each([
    ["another body", `${head}.${base64({ ...claims, sub: "t" })}.${signature}`],
    ["another header", `${base64({ alg: "ES256", kid: "k2", typ: "rt+jwt" })}.${body}.${signature}`],
    ["no signature", `${head}.${body}.`],
    ["no third part", `${head}.${body}`],
    ["a fourth part", `${good}.${signature}`],
    ["r and s of zero (CVE-2022-21449)", `${head}.${body}.${zeros}`],
    [
      "r of zero",
      `${head}.${body}.${Buffer.concat([Buffer.alloc(32), Buffer.from(signature, "base64url").subarray(32)]).toString("base64url")}`,
    ],
    ["63 bytes", `${head}.${body}.${Buffer.from(signature, "base64url").subarray(1).toString("base64url")}`],
    [
      "65 bytes",
      `${head}.${body}.${Buffer.concat([Buffer.from(signature, "base64url"), Buffer.alloc(1)]).toString("base64url")}`,
    ],
    [
      "an HMAC with the public key",
      `${head}.${body}.${createHmac("sha256", JSON.stringify(keys.publicJwk)).update(`${head}.${body}`).digest("base64url")}`,
    ],
    ["nothing", ""],
    ["dots", ".."],
  ])("%s is not opened", (_name, text) => {
    expect(openToken(keys.verifying, text)).toBeNull();
  });

  it.each([
    ["an array", []],
    ["a text", "text"],
    ["null", null],
    ["a number", 7],
  ])("a body of %s is not opened", (_name, payload) => {
    const text = `${head}.${base64(JSON.stringify(payload))}`;
    const token = signToken(keys.signing, header, claims).split(".");
    expect(openToken(keys.verifying, `${text}.${token[2]}`)).toBeNull();
  });

  it.each([
    ["none", { alg: "none", kid: "k1", typ: "rt+jwt" }],
    ["HS256", { alg: "HS256", kid: "k1", typ: "rt+jwt" }],
    ["es256", { alg: "es256", kid: "k1", typ: "rt+jwt" }],
    ["another type", { alg: "ES256", kid: "k1", typ: "at+jwt" }],
    ["no type", { alg: "ES256", kid: "k1" }],
    ["no key id", { alg: "ES256", typ: "rt+jwt" }],
    ["a list of key ids", { alg: "ES256", kid: ["k1"], typ: "rt+jwt" }],
    ["crit", { alg: "ES256", kid: "k1", typ: "rt+jwt", crit: ["exp"] }],
    ["b64", { alg: "ES256", kid: "k1", typ: "rt+jwt", b64: false }],
    ["an array", []],
    ["no JSON", "{"],
  ])("a header with %s is none of ours", (_name, given) => {
    expect(readTokenHeader(`${base64(given)}.${body}.${signature}`, "rt+jwt")).toBeNull();
  });
});

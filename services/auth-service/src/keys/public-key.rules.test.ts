import { expect, it } from "vitest";
import { publicMembers } from "./public-key.rules.ts";

const coordinate = "A".repeat(43);
const key = { kid: "kid", roundtrip_use: "return_ticket" } as const;
const good = { kty: "EC", crv: "P-256", x: coordinate, y: coordinate };

it("keeps the public members and what we say about the key, and nothing else", () => {
  const jwk = {
    ...good,
    d: coordinate,
    k: "secret",
    kid: "other",
    alg: "HS256",
    use: "enc",
    roundtrip_use: "access_token",
    x5u: "http://x",
  };
  expect(publicMembers(jwk, key)).toEqual({
    ...good,
    kid: "kid",
    alg: "ES256",
    use: "sig",
    roundtrip_use: "return_ticket",
  });
});

it.each([
  ["RSA", { kty: "RSA", n: "AQAB", e: "AQAB" }],
  ["a shared secret", { kty: "oct", k: "AAAA" }],
  ["another curve", { ...good, crv: "P-384" }],
  ["a missing coordinate", { kty: "EC", crv: "P-256", x: coordinate }],
  ["a coordinate of another length", { ...good, y: "AAAA" }],
  ["a list as coordinate", { ...good, y: [coordinate] }],
])("takes no %s", (_name, jwk) => {
  expect(publicMembers(jwk, key)).toBeNull();
});

import { describe, expect, it } from "vitest";
import { effectiveSettings } from "../surveys/survey-settings.rules.ts";
import {
  hashOf,
  looksLikeJwt,
  readJti,
  refuseHeader,
  refuseStandardClaims,
  tokenLengthMax,
} from "./create-user-token.rules.ts";

describe("what looks like a JWT", () => {
  it.each(["aa.bb.cc", "aa.bb.", "a-_9.bb.cc", `aa.${"b".repeat(tokenLengthMax - 6)}.cc`])("%.40s does", (token) => {
    expect(looksLikeJwt(token)).toBe(true);
  });

  it.each([
    "",
    "aa",
    "aa.bb",
    "aa.bb.cc.dd",
    ".bb.cc",
    "aa..cc",
    "aa.bb.c",
    "aa.bb.cc=",
    "aa.b b.cc",
    "aa.bb.cc\n",
    "aa.bé.cc",
  ])("%j does not", (token) => {
    expect(looksLikeJwt(token)).toBe(false);
  });

  it("says so of hostile input at once", () => {
    const started = performance.now();
    for (const piece of ["a", ".", "a.", "=", "\u{1f600}"]) expect(looksLikeJwt(piece.repeat(500_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(50);
  });
});

describe("the header", () => {
  it.each([{ alg: "HS256" }, { alg: "HS512", typ: "JWT" }, { alg: "HS256", typ: "jwt", kid: "1" }])(
    "%j passes",
    (header) => {
      expect(refuseHeader(header)).toBeNull();
    },
  );

  it.each([
    [undefined, "jwt_malformed"],
    [null, "jwt_malformed"],
    [[], "jwt_malformed"],
    ["HS256", "jwt_malformed"],
    [{}, "jwt_malformed"],
    [{ alg: 256 }, "jwt_malformed"],
    [{ alg: "none" }, "jwt_invalid_algorithm"],
    [{ alg: "hs256" }, "jwt_invalid_algorithm"],
    [{ alg: "HS256 " }, "jwt_invalid_algorithm"],
    [{ alg: "HS384" }, "jwt_invalid_algorithm"],
    [{ alg: "RS256" }, "jwt_invalid_algorithm"],
    [{ alg: "HS256", crit: null }, "jwt_malformed"],
    [{ alg: "HS256", typ: "return-ticket+jwt" }, "jwt_malformed"],
    [{ alg: "HS256", typ: null }, "jwt_malformed"],
  ])("%j is %s", (header, code) => {
    expect(refuseHeader(header)).toBe(code);
  });

  it("names the hash", () => {
    expect([hashOf({ alg: "HS256" }), hashOf({ alg: "HS512" })]).toEqual(["sha256", "sha512"]);
  });
});

describe("the standard claims", () => {
  const now = new Date("2026-06-15T12:00:00.999Z");
  const second = Math.floor(now.getTime() / 1_000);
  const policy = (given: object = {}) =>
    effectiveSettings({ user_generation: { mode: "jwt", ...given } }).user_generation;
  const refuse = (payload: object, given: object = {}) =>
    refuseStandardClaims(
      { ...payload },
      { now, slug: "wellbeing", publicUrl: "https://surveys.example", policy: policy(given) },
    );

  it.each([
    {},
    { exp: second + 1, nbf: second, iat: second + 1_000 },
    { exp: second + 0.5 },
    { aud: "https://surveys.example" },
    { aud: "https://surveys.example/" },
    { aud: ["x", "https://surveys.example"] },
    { sub: "wellbeing" },
    { sub: "WellBeing" },
  ])("%j pass", (payload) => {
    expect(refuse(payload)).toBeNull();
  });

  it.each([
    [{ exp: second }, "jwt_expired"],
    [{ exp: 0 }, "jwt_expired"],
    [{ nbf: second + 1 }, "jwt_not_active"],
    [{ exp: second, nbf: second + 1 }, "jwt_expired"],
    [{ exp: `${second + 60}` }, "jwt_malformed"],
    [{ exp: null }, "jwt_malformed"],
    [{ exp: second, aud: "x" }, "jwt_expired"],
    [{ aud: "https://surveys.example//" }, "jwt_wrong_audience"],
    [{ aud: "HTTPS://SURVEYS.EXAMPLE" }, "jwt_wrong_audience"],
    [{ aud: [["https://surveys.example"]] }, "jwt_wrong_audience"],
    [{ aud: "x", sub: "x" }, "jwt_wrong_audience"],
    [{ sub: "wellbeing " }, "jwt_wrong_subject"],
    [{ sub: ["wellbeing"] }, "jwt_wrong_subject"],
  ])("%j are %s", (payload, code) => {
    expect(refuse(payload)).toBe(code);
  });

  it("are looked at before the policy", () => {
    expect(refuse({ sub: "x" }, { require: ["jti"] })).toBe("jwt_wrong_subject");
    expect(refuse({}, { require: ["jti"], max_lifetime_seconds: 1 })).toBe("jwt_claim_required");
  });

  it.each([
    [{ exp: second + 300 }, null],
    [{ exp: second + 301 }, "jwt_lifetime_too_long"],
    [{ iat: second - 100, exp: second + 200 }, null],
    [{ iat: second - 100, exp: second + 201 }, "jwt_lifetime_too_long"],
    [{ iat: second + 100, exp: second + 301 }, "jwt_lifetime_too_long"],
    [{}, "jwt_lifetime_too_long"],
  ])("of 300 s at most: %j is %s", (payload, code) => {
    expect(refuse(payload, { max_lifetime_seconds: 300 })).toBe(code);
  });

  it.each([
    ["1", "1"],
    ["x".repeat(256), "x".repeat(256)],
    ["x".repeat(257), null],
    ["", null],
    ["a\0", null],
    [1, null],
    [undefined, null],
  ])("remember the jti %j as %j", (jti, remembered) => {
    expect(readJti({ jti })).toBe(remembered);
  });
});

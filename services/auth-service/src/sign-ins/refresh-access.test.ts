import { createHmac, createPublicKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { CompactSign, decodeJwt, decodeProtectedHeader, importJWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { signingKeyBox } from "../keys/create-signing-key.ts";
import {
  admin,
  adminHeaders,
  claimsOf,
  cookieOf,
  masterKey,
  postJson,
  publicUrl,
  refresh,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";

let now = () => new Date();
const { service } = useAuthService({ clock: () => now() });

describe("200", () => {
  it("answers access tokens for one and the same refresh token, also for many at once", async () => {
    const token = await signInAdmin(service().app);
    const responses = await Promise.all(Array.from({ length: 10 }, () => refresh(service().app, token)));
    const tokens = responses.map((response) => response.json<{ accessToken: string }>().accessToken);
    expect(new Set(tokens).size).toBe(10);
    expect(responses[0]?.headers["cache-control"]).toBe("no-store");
    expect(responses[0]?.headers["set-cookie"]).toBeUndefined();
  });

  it("answers a token that opens a door for 10 minutes", async () => {
    const headers = await adminHeaders(service().app);
    const token = headers["x-auth-token"] ?? "";
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) });
    const claims = claimsOf(token);
    expect(claims).toMatchObject({ iss: publicUrl, aud: "roundtrip", client_id: "roundtrip", kind: "account" });
    expect(claims.exp - claims.iat).toBe(600);
    expect(
      (await service().app.inject({ url: "/v2/me", headers: { authorization: `Bearer ${token}` } })).statusCode,
    ).toBe(200);
  });

  it("notes the use at most once a minute", async () => {
    const { app, db } = service();
    const token = await signInAdmin(app);
    const { sid } = claimsOf(token);
    const lastUsed = async () =>
      (await sql<{ at: string }>(db, "SELECT last_used_at::text AS at FROM sign_ins WHERE sign_in_id = $1", sid))[0]
        ?.at;
    const first = await lastUsed();
    await refresh(app, token);
    expect(await lastUsed()).toBe(first);
    now = () => new Date(Date.now() + 120_000);
    await refresh(app, token);
    now = () => new Date();
    expect(await lastUsed()).not.toBe(first);
  });
});

describe("401", () => {
  it("refuses another spelling of a good refresh token's signature", async () => {
    const token = await signInAdmin(service().app);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const respelt = token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) | 1);
    expect(respelt).not.toBe(token);
    expect((await refresh(service().app, respelt)).statusCode).toBe(401);
    expect((await refresh(service().app, token)).statusCode).toBe(200);
  });

  const refused = async (token: string) => {
    const response = await refresh(service().app, token);
    return { status: response.statusCode, body: { ...response.json(), request_id: "" } };
  };

  it("is one answer for a missing token and for one whose sign-in, account or time is over", async () => {
    const { app, db } = service();
    const missing = await app.inject({ method: "POST", url: "/refresh" });
    const expected = { status: 401, body: { ...missing.json(), request_id: "" } };
    expect(expected.body).toMatchObject({ status: 401, code: "unauthorized" });

    const revoked = await signInAdmin(app);
    await sql(db, "UPDATE sign_ins SET revoked_at = now() WHERE sign_in_id = $1", claimsOf(revoked).sid);
    expect(await refused(revoked)).toEqual(expected);

    const expired = await signInAdmin(app);
    now = () => new Date(Date.now() + 31 * 86_400_000);
    expect(await refused(expired)).toEqual(expected);
    now = () => new Date();

    const forgotten = await signInAdmin(app);
    await sql(db, "DELETE FROM sign_ins WHERE sign_in_id = $1", claimsOf(forgotten).sid);
    expect(await refused(forgotten)).toEqual(expected);

    const disabled = await signInAdmin(app);
    await sql(db, "UPDATE accounts SET disabled_at = now()");
    expect(await refused(disabled)).toEqual(expected);
    await sql(db, "UPDATE accounts SET disabled_at = NULL");
    expect(await refused(disabled)).toEqual(expected);
  });

  it("refuses a cookie's token in the header, where it would never be rotated", async () => {
    const response = await postJson(service().app, { url: "/signin?delivery=cookie", payload: admin });
    expect((await refused(cookieOf(response))).status).toBe(401);
  });

  describe("for a hostile token", () => {
    let own: { kid: string; sign: (payload: unknown, header?: object) => Promise<string> };
    let good: Record<string, unknown>;
    beforeAll(async () => {
      const [row] = await sql<{ kid: string; private_box: string }>(
        service().db,
        "SELECT kid, private_box FROM signing_keys",
      );
      if (!row) throw new Error("there is a signing key from the start on");
      const jwk = JSON.parse(openKeyring(masterKey).open(row.private_box, signingKeyBox(row.kid)));
      const key = await importJWK(jwk, "ES256");
      own = {
        kid: row.kid,
        sign: (payload, header = {}) =>
          new CompactSign(Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)))
            .setProtectedHeader({ alg: "ES256", typ: "rt+jwt", kid: row.kid, ...header })
            .sign(key),
      };
      good = decodeJwt(await signInAdmin(service().app));
    });
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

    it("accepts the token that the hostile ones are made from", async () => {
      expect((await refresh(service().app, await own.sign(good))).statusCode).toBe(200);
    });

    it.each<[string, () => Promise<string> | string]>([
      ["alg none", () => `${encode({ alg: "none", typ: "rt+jwt", kid: own.kid })}.${encode(good)}.`],
      [
        "HS256 with the public key",
        async () => {
          const [jwk] = (await service().app.inject({ url: "/.well-known/jwks.json" })).json().keys;
          const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
          const input = `${encode({ alg: "HS256", typ: "rt+jwt", kid: own.kid })}.${encode(good)}`;
          return `${input}.${createHmac("sha256", pem).update(input).digest("base64url")}`;
        },
      ],
      [
        "somebody else's key under our kid",
        () =>
          new CompactSign(Buffer.from(JSON.stringify(good)))
            .setProtectedHeader({ alg: "ES256", typ: "rt+jwt", kid: own.kid })
            .sign(foreign),
      ],
      ["an access token", async () => (await adminHeaders(service().app))["x-auth-token"] ?? ""],
      ["the type of an access token", () => own.sign(good, { typ: "at+jwt" })],
      ["no type", () => own.sign(good, { typ: undefined })],
      ["the audience of an access token", () => own.sign({ ...good, aud: "roundtrip" })],
      ["several audiences", () => own.sign({ ...good, aud: ["roundtrip-refresh", "x"] })],
      ["another issuer", () => own.sign({ ...good, iss: "https://evil.example" })],
      ["expired", () => own.sign({ ...good, exp: 1_000 })],
      ["no exp", () => own.sign({ ...good, exp: undefined })],
      ["not active yet", () => own.sign({ ...good, nbf: 9_999_999_999 })],
      ["a sign-in of nobody", () => own.sign({ ...good, sid: randomUUID() })],
      ["a jti of nobody", () => own.sign({ ...good, jti: randomUUID() })],
      ["a jti that is no id", () => own.sign({ ...good, jti: "' OR 1=1 --" })],
      ["a list as sid", () => own.sign({ ...good, sid: [good["sid"]] })],
      ["no jti", () => own.sign({ ...good, jti: undefined })],
      ["kid traversal", () => own.sign(good, { kid: "../../../dev/null" })],
      ["a number as kid", () => own.sign(good, { kid: 7 })],
      ["an embedded key", () => own.sign(good, { kid: undefined, jwk: { kty: "EC" } })],
      ["a list as payload", () => own.sign("[]")],
      ["text as payload", () => own.sign("{")],
      ["5 KB", () => own.sign({ ...good, pad: "x".repeat(5_000) })],
      ["padding", async () => `${await own.sign(good)}=`],
      ["a blank inside", async () => (await own.sign(good)).replace(".", ". ")],
      ["five parts", () => "a.b.c.d.e"],
    ])("refuses %s", async (_name, make) => {
      expect((await refused(await make())).status).toBe(401);
    });
  });
});

import { openBusKeySet } from "@roundtrip/access-token/key-set";
import { ticketKeyCreated } from "@roundtrip/contracts/survey/ticket-key-created.event";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import {
  calculateJwkThumbprint,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWK,
  jwtVerify,
  SignJWT,
} from "jose";
import { uuidv7 } from "uuidv7";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  adminHeaders,
  openAuthService,
  publicUrl,
  refresh,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";

const bus = createInProcessEventBus();
const { service, database } = useAuthService({ bus, workers: true });
afterAll(() => bus.close());

const getKeys = async (): Promise<JWK[]> =>
  (await service().app.inject({ url: "/.well-known/jwks.json" })).json<{ keys: JWK[] }>().keys;
const publishTicketKey = async (data: { kid: string; public_jwk: Record<string, unknown> }) => {
  const id = uuidv7();
  const envelope = { specversion: "1.0", id, source: "/survey-service", type: ticketKeyCreated.type };
  const rest = { time: new Date().toISOString(), datacontenttype: "application/json", workspaceid: uuidv7(), data };
  await bus.publish({ subject: ticketKeyCreated.type, messageId: id, body: JSON.stringify({ ...envelope, ...rest }) });
};
const createTicketKey = async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { kid: await calculateJwkThumbprint(jwk), jwk, privateKey };
};
const kidOf = (headers: Record<string, string>) => decodeProtectedHeader(headers["x-auth-token"] ?? "").kid;
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

describe("200", () => {
  it("answers public keys for caches to keep 5 minutes", async () => {
    const response = await service().app.inject({ url: "/.well-known/jwks.json" });
    expect(response.headers["cache-control"]).toBe("public, max-age=300");
    const [key, ...others] = await getKeys();
    expect(others).toEqual([]);
    expect(key).toMatchObject({ kty: "EC", crv: "P-256", alg: "ES256", use: "sig", roundtrip_use: "access_token" });
    expect(key?.kid).toBe(await calculateJwkThumbprint(key ?? {}));
    expect(Object.keys(key ?? {}).filter((name) => privateMembers.includes(name))).toEqual([]);
  });

  it("lets a stranger verify an access token with nothing but the URL", async () => {
    const url = new URL(`${await service().app.listen({ port: 0 })}/.well-known/jwks.json`);
    const token = (await adminHeaders(service().app))["x-auth-token"] ?? "";
    const verified = await jwtVerify(token, createRemoteJWKSet(url), {
      issuer: publicUrl,
      audience: "roundtrip",
      typ: "at+jwt",
    });
    expect(verified.payload).toMatchObject({ kind: "account" });
  });

  it("is the same set over the bus", async () => {
    const keySet = await openBusKeySet(bus, { warn: () => undefined });
    const [key] = await getKeys();
    expect(await keySet.findJwk(key?.kid ?? "")).toEqual(key);
    await keySet.close();
  });

  it("takes up the ticket keys of survey-service, without a private member that should never have been sent", async () => {
    const { kid, jwk, privateKey } = await createTicketKey();
    const keySet = await openBusKeySet(bus, { warn: () => undefined });
    expect(await keySet.findPem(kid)).toBeNull();
    await publishTicketKey({ kid, public_jwk: { ...(await exportJWK(privateKey)) } });
    // Within a second of the nudge, although unknown kids are asked for once in 5 s only.
    await vi.waitFor(async () => expect(await keySet.findPem(kid)).not.toBeNull());
    await keySet.close();
    const key = (await getKeys()).find((item) => item.kid === kid);
    expect(key).toEqual({
      kty: "EC",
      crv: "P-256",
      x: jwk.x,
      y: jwk.y,
      kid,
      alg: "ES256",
      use: "sig",
      roundtrip_use: "return_ticket",
    });
    const stored = await sql<{ text: string }>(
      service().db,
      "SELECT public_jwk::text AS text FROM published_keys WHERE kid = $1",
      kid,
    );
    expect(stored[0]?.text).not.toContain('"d"');
  });

  it("is not changed by an event that holds no key, or our own kid with another key", async () => {
    const before = await getKeys();
    const { jwk } = await createTicketKey();
    await publishTicketKey({ kid: "rsa", public_jwk: { kty: "RSA", n: "AQAB", e: "AQAB" } });
    await publishTicketKey({
      kid: before.find((key) => key["roundtrip_use" as never] === "access_token")?.kid ?? "",
      public_jwk: { ...jwk },
    });
    const { kid } = await createTicketKey();
    await publishTicketKey({ kid, public_jwk: { ...jwk } });
    await vi.waitFor(async () => expect((await getKeys()).some((key) => key.kid === kid)).toBe(true));
    expect((await getKeys()).filter((key) => key.kid !== kid)).toEqual(before);
  });
});

describe("a ticket key", () => {
  it("signs no access token and no refresh token, however right the rest is", async () => {
    const { kid, jwk, privateKey } = await createTicketKey();
    await publishTicketKey({ kid, public_jwk: { ...jwk } });
    await vi.waitFor(async () => expect((await getKeys()).some((key) => key.kid === kid)).toBe(true));
    const resign = (token: string) =>
      new SignJWT(decodeJwt(token))
        .setProtectedHeader({ ...decodeProtectedHeader(token), alg: "ES256", kid })
        .sign(privateKey);
    const { app } = service();
    const refreshToken = await signInAdmin(app);
    const accessToken = (await adminHeaders(app))["x-auth-token"] ?? "";
    const me = async (token: string) =>
      (await app.inject({ url: "/v2/me", headers: { "x-auth-token": token } })).statusCode;
    expect([await me(accessToken), await me(await resign(accessToken))]).toEqual([200, 401]);
    const statuses = [await refresh(app, refreshToken), await refresh(app, await resign(refreshToken))];
    expect(statuses.map((response) => response.statusCode)).toEqual([200, 401]);
  });
});

describe("two replicas on one database", () => {
  it("share keys and sign-ins", async () => {
    const other = await openAuthService(database().url, { bus });
    const headers = await adminHeaders(other.app);
    const refreshToken = await signInAdmin(service().app);
    expect((await service().app.inject({ url: "/v2/me", headers })).statusCode).toBe(200);
    expect((await refresh(other.app, refreshToken)).statusCode).toBe(200);
    await other.close();
  });

  it("change over to a new active key, and tokens of the retiring one stay good", async () => {
    const other = await openAuthService(database().url, { bus });
    const old = await adminHeaders(service().app);
    expect(kidOf(await adminHeaders(other.app))).toBe(kidOf(old));
    await sql(service().db, "UPDATE signing_keys SET state = 'retiring'");
    // A third replica starts while no key is active, and makes one.
    const third = await openAuthService(database().url, { bus });
    const fresh = await adminHeaders(third.app);
    expect(kidOf(fresh)).not.toBe(kidOf(old));
    // The new key was announced, so nobody goes on signing with the old one.
    await vi.waitFor(async () => expect(kidOf(await adminHeaders(other.app))).toBe(kidOf(fresh)));
    await vi.waitFor(async () => {
      for (const { app } of [service(), other, third]) {
        for (const headers of [old, fresh]) expect((await app.inject({ url: "/v2/me", headers })).statusCode).toBe(200);
      }
    });
    await sql(service().db, "UPDATE signing_keys SET state = 'gone' WHERE state = 'retiring'");
    bus.announce("nudge.auth.keys-changed", "");
    await vi.waitFor(async () =>
      expect((await other.app.inject({ url: "/v2/me", headers: old })).statusCode).toBe(401),
    );
    expect((await other.app.inject({ url: "/v2/me", headers: fresh })).statusCode).toBe(200);
    await third.close();
    await other.close();
  });
});

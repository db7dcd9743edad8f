import type { Database } from "@roundtrip/database/database";
import { decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import {
  admin,
  claimsOf,
  cookieName,
  cookieOf,
  openAuthService,
  postJson,
  publicUrl,
  refresh,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";

/** The admin's password at 19 MiB and 2 passes, as an older version might have stored it. */
const hashWithFewerRounds =
  "$argon2id$v=19$m=19456,t=2,p=1$PSgTsDHGkwsQ2DZgdc9QJA$0xkp/iHr8aKc+/gJGP3lWxWQbzCHGwokX9Dv4ZQhtbw";

const { service, database } = useAuthService();
const signIn = (payload: unknown, headers: Record<string, string> = {}, query = "") =>
  postJson(service().app, { url: `/signin${query}`, payload, headers });
const accountOf = async (db: Database) =>
  (await sql<{ account_id: string; password_hash: string }>(db, "SELECT account_id, password_hash FROM accounts"))[0];

describe("200", () => {
  it("answers a refresh token for the long term and nothing else", async () => {
    const response = await signIn(admin);
    expect(response.statusCode).toBe(200);
    expect(Object.keys(response.json())).toEqual(["refreshToken"]);
    expect(response.headers["cache-control"]).toBe("no-store");
    expect(response.headers["set-cookie"]).toBeUndefined();
    const { refreshToken } = response.json<{ refreshToken: string }>();
    expect(decodeProtectedHeader(refreshToken)).toMatchObject({ alg: "ES256", typ: "rt+jwt" });
    const { exp, iat } = claimsOf(refreshToken);
    expect(exp - iat).toBe(30 * 86_400);
  });

  it("knows the e-mail however it is typed", async () => {
    expect((await signIn({ ...admin, email: "  ADA@clinic.EXAMPLE " })).statusCode).toBe(200);
    expect((await signIn({ ...admin, email: "ａda@clinic.example" })).statusCode).toBe(200);
  });

  it("gives browsers the access token in the body and the refresh token in a cookie that no script reads", async () => {
    const response = await signIn(admin, {}, "?delivery=cookie");
    expect(Object.keys(response.json())).toEqual(["accessToken"]);
    expect(response.headers["set-cookie"]).toEqual([
      `${cookieName}=${cookieOf(response)}; Path=/; Max-Age=${30 * 86_400}; HttpOnly; SameSite=Lax; Secure`,
      expect.stringMatching(
        /^__Host-roundtrip_device=[\w-]{22}\.[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure$/,
      ),
    ]);
    expect(claimsOf(response.json<{ accessToken: string }>().accessToken)).toMatchObject({
      kind: "account",
      operator: true,
    });
  });

  it("remembers where from, only roughly", async () => {
    const response = await service().app.inject({
      method: "POST",
      url: "/signin",
      remoteAddress: "203.0.113.77",
      headers: { "content-type": "application/json", "user-agent": "x".repeat(400) },
      payload: JSON.stringify(admin),
    });
    const { sid } = claimsOf(response.json<{ refreshToken: string }>().refreshToken);
    const [row] = await sql<{ ip_prefix: string; user_agent: string; flavour: string }>(
      service().db,
      "SELECT ip_prefix, user_agent, flavour FROM sign_ins WHERE sign_in_id = $1",
      sid,
    );
    expect(row).toEqual({ ip_prefix: "203.0.113.0/24", user_agent: "x".repeat(256), flavour: "header" });
  });

  it("hashes anew a password that was hashed with other parameters", async () => {
    const { db } = service();
    await sql(db, "UPDATE accounts SET password_hash = $1", hashWithFewerRounds);
    await signInAdmin(service().app);
    expect((await accountOf(db))?.password_hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    await signInAdmin(service().app);
  });
});

describe("400", () => {
  it.each([
    ["a missing member", { email: admin.email }],
    ["an unknown member", { ...admin, role: "owner" }],
    ["a number", { ...admin, password: 1 }],
    ["NUL, which no text in the database can hold", { ...admin, email: "ada\u0000@clinic.example" }],
    ["an endless password", { ...admin, password: "x".repeat(1_025) }],
    ["no object", []],
  ])("refuses %s in the Intake24 shape", async (_name, payload) => {
    const response = await signIn(payload);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      code: "invalid_input",
      message: expect.any(String),
      errors: expect.any(Object),
    });
  });

  it("refuses what is no JSON", async () => {
    const response = await service().app.inject({
      method: "POST",
      url: "/signin",
      headers: { "content-type": "application/json" },
      payload: "{",
    });
    expect(response.json()).toMatchObject({ status: 400, code: "malformed_json" });
  });
});

describe("401", () => {
  const refused = async (payload: unknown) => {
    const response = await signIn(payload);
    const headers = { ...response.headers, "x-request-id": "", date: "", "content-length": "" };
    return { status: response.statusCode, headers, body: { ...response.json(), request_id: "" } };
  };

  it("is one answer for unknown, wrong, too long, disabled and passwordless", async () => {
    const { db } = service();
    const unknown = await refused({ email: "nobody@clinic.example", password: "whatever it is" });
    expect(unknown.body).toMatchObject({ code: "sign_in_failed", status: 401 });
    expect(await refused({ ...admin, password: "wrong" })).toEqual(unknown);
    expect(await refused({ ...admin, password: "x".repeat(1_000) })).toEqual(unknown);
    await sql(db, "UPDATE accounts SET disabled_at = now()");
    expect(await refused(admin)).toEqual(unknown);
    const before = await accountOf(db);
    await sql(db, "UPDATE accounts SET disabled_at = NULL, password_hash = NULL");
    expect(await refused(admin)).toEqual(unknown);
    await sql(db, "UPDATE accounts SET password_hash = $1", before?.password_hash);
    await signInAdmin(service().app);
  });
});

describe("403", () => {
  it.each([
    ["another site's page", { origin: "https://evil.example" }],
    ["a sandboxed page", { origin: "null" }],
    ["another site by its fetch metadata", { "sec-fetch-site": "cross-site" }],
    ["a neighbour on the same domain", { "sec-fetch-site": "same-site", origin: publicUrl }],
  ])("refuses the cookie flavour to %s", async (_name, headers) => {
    const response = await signIn(admin, headers, "?delivery=cookie");
    expect(response.json()).toMatchObject({ status: 403, code: "cross_site_request" });
    expect(response.headers["set-cookie"]).toBeUndefined();
  });

  it("lets our own page pass, and the header flavour from anywhere", async () => {
    const own = { origin: publicUrl, "sec-fetch-site": "same-origin" };
    expect((await signIn(admin, own, "?delivery=cookie")).statusCode).toBe(200);
    expect((await signIn(admin, { origin: "https://evil.example" })).statusCode).toBe(200);
  });
});

describe("413", () => {
  it("refuses a body of 16 KB and more before it looks into it", async () => {
    expect((await signIn({ ...admin, password: "x".repeat(20_000) })).statusCode).toBe(413);
  });
});

describe("on plain http", () => {
  it("leaves out what browsers would drop the cookie for", async () => {
    const local = await openAuthService(database().url, { env: { PUBLIC_URL: "http://localhost:3000" } });
    const response = await postJson(local.app, { url: "/signin?delivery=cookie", payload: admin });
    await local.close();
    expect(response.headers["set-cookie"]).toEqual([
      expect.stringMatching(/^roundtrip_refresh=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/),
      expect.stringMatching(/^roundtrip_device=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/),
    ]);
  });
});

describe("a refresh token of a staff account", () => {
  it("gets access tokens with the memberships of this moment", async () => {
    const { app, db } = service();
    const token = await signInAdmin(app);
    await sql(db, "UPDATE memberships SET role = 'admin'");
    const { accessToken } = (await refresh(app, token)).json<{ accessToken: string }>();
    expect(claimsOf(accessToken)).toMatchObject({ memberships: [{ role: "admin" }] });
    await sql(db, "UPDATE memberships SET role = 'owner'");
  });
});

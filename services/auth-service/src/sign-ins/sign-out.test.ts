import { describe, expect, it } from "vitest";
import {
  admin,
  claimsOf,
  cookieName,
  cookieOf,
  postJson,
  refresh,
  refreshWithCookie,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";

const { service } = useAuthService();
const signOut = (options: { query?: string; headers?: Record<string, string>; cookies?: Record<string, string> }) =>
  service().app.inject({ method: "POST", url: `/signout${options.query ?? ""}`, ...options });
const cookieQuery = "?delivery=cookie";

describe("204", () => {
  it("ends the sign-in of the refresh token, once and again", async () => {
    const { app, db } = service();
    const token = await signInAdmin(app);
    expect((await signOut({ headers: { "x-auth-token": token } })).statusCode).toBe(204);
    expect((await refresh(app, token)).statusCode).toBe(401);
    expect((await signOut({ headers: { "x-auth-token": token } })).statusCode).toBe(204);
    const [row] = await sql(db, "SELECT revoked_reason FROM sign_ins WHERE sign_in_id = $1", claimsOf(token).sid);
    expect(row).toEqual({ revoked_reason: "signed_out" });
  });

  it("leaves other sign-ins alone", async () => {
    const { app } = service();
    const [here, there] = [await signInAdmin(app), await signInAdmin(app)];
    await signOut({ headers: { "x-auth-token": here } });
    expect((await refresh(app, there)).statusCode).toBe(200);
  });

  it("ends a browser's sign-in and removes its cookie", async () => {
    const { app } = service();
    const token = cookieOf(await postJson(app, { url: `/signin${cookieQuery}`, payload: admin }));
    const response = await signOut({ query: cookieQuery, cookies: { [cookieName]: token } });
    expect(response.statusCode).toBe(204);
    expect(response.headers["set-cookie"]).toBe(`${cookieName}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure`);
    expect((await refreshWithCookie(app, token)).statusCode).toBe(401);
  });

  it("removes a browser's cookie whatever is in it", async () => {
    expect((await signOut({ query: cookieQuery })).statusCode).toBe(204);
    expect((await signOut({ query: cookieQuery, cookies: { [cookieName]: "nonsense" } })).statusCode).toBe(204);
  });
});

describe("401", () => {
  it("refuses a missing token and one that is not ours", async () => {
    expect((await signOut({})).json()).toMatchObject({ status: 401, code: "unauthorized" });
    expect((await signOut({ headers: { "x-auth-token": "a.b.c" } })).statusCode).toBe(401);
  });
});

describe("403", () => {
  it("does not let another site sign its visitor out", async () => {
    const { app } = service();
    const token = cookieOf(await postJson(app, { url: `/signin${cookieQuery}`, payload: admin }));
    const headers = { "sec-fetch-site": "cross-site" };
    const response = await signOut({ query: cookieQuery, cookies: { [cookieName]: token }, headers });
    expect(response.json()).toMatchObject({ status: 403, code: "cross_site_request" });
    expect(response.headers["set-cookie"]).toBeUndefined();
    expect((await refreshWithCookie(app, token)).statusCode).toBe(200);
  });
});

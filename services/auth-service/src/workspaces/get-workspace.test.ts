import { describe, expect, it } from "vitest";
import { adminHeaders, refresh, signInAdmin, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
const getWorkspace = (headers: Record<string, string>) => service().app.inject({ url: "/v2/workspace", headers });

describe("200", () => {
  it.each(["live", "dev"])("answers the %s workspace that the header names", async (environment) => {
    const { app, db } = service();
    await sql(db, "UPDATE workspaces SET allowed_origins = '{https://portal.example}' WHERE environment = 'live'");
    const headers = { ...(await adminHeaders(app)), "x-workspace": environment };
    const body = (await getWorkspace(headers)).json();
    expect(body).toEqual({
      workspace_id: expect.any(String),
      environment,
      customer: { customer_id: expect.any(String), name: "Clinic" },
      allowed_origins: environment === "live" ? ["https://portal.example"] : [],
    });
    const byId = await getWorkspace({ ...headers, "x-workspace": body.workspace_id });
    expect(byId.json()).toEqual(body);
  });
});

describe("403", () => {
  it("wants a workspace, and one of the account's own", async () => {
    const headers = await adminHeaders(service().app);
    const { "x-workspace": _named, ...unnamed } = headers;
    expect((await getWorkspace(unnamed)).json()).toMatchObject({ status: 403, code: "forbidden" });
    const strangers = "01999999-9999-7999-8999-999999999999";
    expect((await getWorkspace({ ...headers, "x-workspace": strangers })).statusCode).toBe(403);
  });

  it("wants an admin", async () => {
    const { app, db } = service();
    const token = await signInAdmin(app);
    await sql(db, "UPDATE memberships SET role = 'viewer'");
    const { accessToken } = (await refresh(app, token)).json<{ accessToken: string }>();
    await sql(db, "UPDATE memberships SET role = 'owner'");
    expect((await getWorkspace({ "x-auth-token": accessToken, "x-workspace": "live" })).statusCode).toBe(403);
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await getWorkspace({ "x-workspace": "live" })).statusCode).toBe(401);
  });
});

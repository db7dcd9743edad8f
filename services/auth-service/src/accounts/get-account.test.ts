import { describe, expect, it } from "vitest";
import { adminHeaders, claimsOf, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
const getMe = (headers: Record<string, string> = {}) => service().app.inject({ url: "/v2/me", headers });

describe("200", () => {
  it("answers the account with the workspaces it may name", async () => {
    const headers = await adminHeaders(service().app);
    const claims = claimsOf(headers["x-auth-token"] ?? "");
    const body = (await getMe(headers)).json();
    expect(body).toEqual({
      account_id: claims.sub,
      email: "ada@clinic.example",
      name: null,
      has_password: true,
      second_factor: false,
      passkeys: 0,
      oidc_linked: false,
      operator: true,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      memberships: [
        {
          customer_id: expect.any(String),
          customer_name: "Clinic",
          role: "owner",
          live: expect.any(String),
          dev: expect.any(String),
        },
      ],
    });
    expect(claims).toMatchObject({ memberships: [{ live: body.memberships[0].live, dev: body.memberships[0].dev }] });
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await getMe()).json()).toMatchObject({ status: 401, code: "unauthorized" });
  });

  it("does not know an account that was disabled after the token was made", async () => {
    const headers = await adminHeaders(service().app);
    await sql(service().db, "UPDATE accounts SET disabled_at = now()");
    const response = await getMe(headers);
    await sql(service().db, "UPDATE accounts SET disabled_at = NULL");
    expect(response.statusCode).toBe(401);
  });
});

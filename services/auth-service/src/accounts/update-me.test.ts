import { describe, expect, it } from "vitest";
import { auditEntries, findClinic, headersOf, makeAccount } from "../test/make-staff.ts";
import { sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
const update = (payload: unknown, headers: Record<string, string>) =>
  service().app.inject({
    method: "PATCH",
    url: "/v2/me",
    headers: { ...headers, "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });
const openMember = async () => {
  const { app, db } = service();
  const clinic = await findClinic(db);
  const member = await makeAccount(db, { [clinic.customerId]: "viewer" });
  return { ...member, clinic, headers: await headersOf(app, member) };
};

describe("200", () => {
  it("sets the name and takes it away, and answers the whole account", async () => {
    const { headers, accountId, clinic } = await openMember();
    const named = await update({ name: "Grace Hopper 🦊" }, headers);
    expect(named.json()).toMatchObject({ account_id: accountId, name: "Grace Hopper 🦊" });
    expect(named.json()).toEqual((await service().app.inject({ url: "/v2/me", headers })).json());
    expect((await update({ name: null }, headers)).json()).toMatchObject({ name: null });
    const entries = (await auditEntries(service().db, "profile.updated")).filter(
      ({ body }) => body.actor.id === accountId,
    );
    expect(entries).toMatchObject([{ chainId: clinic.customerId }, { chainId: clinic.customerId }]);
    expect(JSON.stringify(entries)).not.toContain("Grace");
  });
});

describe("401", () => {
  it("wants an access token, and an account that is not disabled", async () => {
    const { headers, accountId } = await openMember();
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", accountId);
    expect((await update({ name: "Late" }, headers)).json()).toMatchObject({ status: 401, code: "unauthorized" });
    expect((await update({ name: "Nobody" }, {})).statusCode).toBe(401);
  });
});

describe("422", () => {
  it.each([
    {},
    { name: "" },
    { name: "x".repeat(257) },
    { name: "a\u0000b" },
    { name: "Eve", operator: true },
    { name: "Eve", email: "eve@evil.example" },
    { name: "Eve", password_hash: "$argon2id$" },
    { name: "Eve", memberships: [] },
    { name: "Eve", totp_confirmed_at: null },
  ])("refuses %j and changes nothing", async (payload) => {
    const { headers } = await openMember();
    const before = (await service().app.inject({ url: "/v2/me", headers })).json();
    expect((await update(payload, headers)).statusCode).toBe(422);
    expect((await service().app.inject({ url: "/v2/me", headers })).json()).toEqual(before);
  });
});

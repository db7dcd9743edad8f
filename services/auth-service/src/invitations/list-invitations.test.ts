import { beforeAll, describe, expect, it } from "vitest";
import {
  auditEntries,
  findClinic,
  headersOf,
  type MadeCustomer,
  makeAccount,
  makeCustomer,
} from "../test/make-staff.ts";
import { adminHeaders, postJson, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
const unknownId = "01999999-9999-7999-8999-999999999999";
let owner: Record<string, string>;
let clinic: MadeCustomer;
beforeAll(async () => {
  owner = await adminHeaders(service().app);
  clinic = await findClinic(service().db);
});

const invite = async (email: string, headers = owner): Promise<string> =>
  (await postJson(service().app, { url: "/v2/invitations", payload: { email, role: "viewer" }, headers })).json()
    .invitation_id;
const list = (query = "", headers = owner) => service().app.inject({ url: `/v2/invitations${query}`, headers });
const revoke = (id: string, headers = owner) =>
  service().app.inject({ method: "DELETE", url: `/v2/invitations/${id}`, headers });
const idsOf = (page: { data: { invitation_id: string }[] }) => page.data.map((one) => one.invitation_id);
const ownerElsewhere = async () => {
  const elsewhere = await makeCustomer(service().db);
  return headersOf(service().app, await makeAccount(service().db, { [elsewhere.customerId]: "owner" }));
};

describe("GET /v2/invitations", () => {
  it("200: the customer's own open ones, newest first, in pages", async () => {
    const { db } = service();
    const ids: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) ids.push(await invite(`${name}@clinic.example`));
    await invite("stranger@elsewhere.example", await ownerElsewhere());
    const [expired = "", revoked = "", ...open] = ids;
    await sql(db, "UPDATE invitations SET expires_at = now() WHERE invitation_id = $1", expired);
    expect((await revoke(revoked)).statusCode).toBe(204);
    const first = (await list("?limit=2")).json();
    const second = (await list(`?limit=2&after=${first.next}`)).json();
    expect([...idsOf(first), ...idsOf(second)]).toEqual(open.reverse());
    expect(second.next).toBeNull();
    expect(first.data[0]).toEqual({
      invitation_id: open[0],
      email: "e@clinic.example",
      role: "viewer",
      created_at: expect.stringMatching(/Z$/),
      expires_at: expect.stringMatching(/Z$/),
    });
  });

  it.each(["admin", "viewer"] as const)("403: not for the role %s", async (role) => {
    const { app, db } = service();
    const headers = await headersOf(app, await makeAccount(db, { [clinic.customerId]: role }));
    expect((await list("", headers)).json()).toMatchObject({ status: 403, code: "forbidden" });
  });

  it("401: wants an access token", async () => {
    expect((await list("", {})).statusCode).toBe(401);
  });

  it.each(["?limit=500", "?after=x", "?customer_id=1"])("422: refuses %s", async (query) => {
    expect((await list(query)).statusCode).toBe(422);
  });
});

describe("DELETE /v2/invitations/{invitation_id}", () => {
  it("204: takes it back, and says so in the audit log", async () => {
    const id = await invite("gone@clinic.example");
    expect((await revoke(id.toUpperCase())).statusCode).toBe(204);
    expect(idsOf((await list()).json())).not.toContain(id);
    expect(await auditEntries(service().db, "invitation.revoked")).toContainEqual({
      chainId: clinic.customerId,
      body: expect.objectContaining({ target: { kind: "invitation", id }, detail: {} }),
    });
  });

  it("404: an unknown one, one of another customer and one that was taken back are all alike", async () => {
    const elsewhere = await ownerElsewhere();
    const foreign = await invite("foreign@elsewhere.example", elsewhere);
    const own = await invite("twice@clinic.example");
    await revoke(own);
    const bodies = [];
    for (const id of [unknownId, foreign, own]) {
      const { request_id: _id, ...body } = (await revoke(id)).json();
      bodies.push(body);
    }
    expect(bodies[0]).toMatchObject({ status: 404, code: "invitation_not_found" });
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(idsOf((await list("", elsewhere)).json())).toContain(foreign);
  });

  it("403: not for an admin, nor for an owner of yesterday", async () => {
    const { app, db } = service();
    const id = await invite("kept@clinic.example");
    const account = await makeAccount(db, { [clinic.customerId]: "owner" });
    const headers = await headersOf(app, account);
    await sql(db, "UPDATE memberships SET role = 'admin' WHERE account_id = $1", account.accountId);
    expect((await revoke(id, headers)).statusCode).toBe(403);
    expect((await revoke(id, await headersOf(app, account))).statusCode).toBe(403);
    expect(idsOf((await list()).json())).toContain(id);
  });

  it("401 without an access token, 422 for what is no id", async () => {
    expect((await revoke(unknownId, {})).statusCode).toBe(401);
    expect((await revoke("x")).statusCode).toBe(422);
  });
});

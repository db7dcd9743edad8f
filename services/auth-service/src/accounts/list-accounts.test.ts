import { describe, expect, it } from "vitest";
import { headersOf, makeAccount, makeCustomer } from "../test/make-staff.ts";
import { sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
const list = (headers: Record<string, string>, query = "") =>
  service().app.inject({ url: `/v2/accounts${query}`, headers });

describe("200", () => {
  it("lists the customer's own staff, disabled ones too, in pages, with what owners need and no more", async () => {
    const { app, db } = service();
    const [customer, elsewhere] = [await makeCustomer(db), await makeCustomer(db)];
    const owner = await makeAccount(db, { [customer.customerId]: "owner" });
    const viewer = await makeAccount(db, { [customer.customerId]: "viewer", [elsewhere.customerId]: "owner" });
    const disabled = await makeAccount(db, { [customer.customerId]: "admin" });
    await makeAccount(db, { [elsewhere.customerId]: "viewer" });
    await sql(db, "UPDATE memberships SET disabled_at = now() WHERE account_id = $1", disabled.accountId);
    const headers = await headersOf(app, owner);
    const first = (await list(headers, "?limit=2")).json();
    const second = (await list(headers, `?limit=2&after=${first.next}`)).json();
    const all = [...first.data, ...second.data];
    expect(all.map((one) => [one.account_id, one.role, one.disabled])).toEqual([
      [owner.accountId, "owner", false],
      [viewer.accountId, "viewer", false],
      [disabled.accountId, "admin", true],
    ]);
    expect(second.next).toBeNull();
    expect(all[0]).toEqual({
      account_id: owner.accountId,
      email: owner.email,
      name: null,
      role: "owner",
      disabled: false,
      second_factor: false,
      joined_at: expect.stringMatching(/Z$/),
      last_sign_in_at: expect.stringMatching(/Z$/),
    });
    expect(all[1].last_sign_in_at).toBeNull();
  });
});

describe("403", () => {
  it.each(["admin", "viewer"] as const)("is not for the role %s", async (role) => {
    const { app, db } = service();
    const { customerId } = await makeCustomer(db);
    const headers = await headersOf(app, await makeAccount(db, { [customerId]: role }));
    expect((await list(headers)).json()).toMatchObject({ status: 403, code: "forbidden" });
  });
});

describe("401 and 422", () => {
  it("wants an access token, and a page that there can be", async () => {
    const { app, db } = service();
    const { customerId } = await makeCustomer(db);
    const headers = await headersOf(app, await makeAccount(db, { [customerId]: "owner" }));
    expect((await list({})).statusCode).toBe(401);
    for (const query of ["?limit=0", "?limit=all", "?after=!", "?role=owner"]) {
      expect((await list(headers, query)).statusCode).toBe(422);
    }
  });
});

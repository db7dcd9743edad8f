import { beforeAll, describe, expect, it } from "vitest";
import { findClinic, headersOf, makeAccount, makeCustomer } from "../test/make-staff.ts";
import { adminHeaders, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
let operator: Record<string, string>;
beforeAll(async () => {
  operator = await adminHeaders(service().app);
});
const list = (query = "", headers = operator) => service().app.inject({ url: `/v2/customers${query}`, headers });

describe("200", () => {
  it("pages through all of them, the oldest first", async () => {
    const { db } = service();
    const clinic = await findClinic(db);
    const made = [clinic];
    for (let index = 0; index < 4; index += 1) made.push(await makeCustomer(db, `Customer ${index}`));
    const seen: string[] = [];
    let query = "?limit=2";
    for (;;) {
      const page = (await list(query)).json();
      seen.push(...page.data.map((one: { customer_id: string }) => one.customer_id));
      if (page.next === null) break;
      query = `?limit=2&after=${page.next}`;
    }
    expect(seen).toEqual(made.map(({ customerId }) => customerId));
    expect((await list()).json().data[0]).toEqual({
      customer_id: clinic.customerId,
      name: "Clinic",
      live: clinic.live,
      dev: clinic.dev,
      suspended: false,
      created_at: expect.stringMatching(/Z$/),
    });
  });
});

describe("403", () => {
  it("is for operators, and for those no more who were one until just now", async () => {
    const { app, db } = service();
    const clinic = await findClinic(db);
    const owner = await makeAccount(db, { [clinic.customerId]: "owner" });
    expect((await list("", await headersOf(app, owner))).statusCode).toBe(403);
    await sql(db, "UPDATE accounts SET operator = true WHERE account_id = $1", owner.accountId);
    const headers = await headersOf(app, owner);
    expect((await list("", headers)).statusCode).toBe(200);
    await sql(db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", owner.accountId);
    expect((await list("", headers)).json()).toMatchObject({ status: 401, code: "unauthorized" });
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await list("", {})).statusCode).toBe(401);
  });
});

describe("422", () => {
  it.each(["?limit=0", "?limit=201", "?after=bm90LWFuLWlk", "?page=2"])("refuses %s", async (query) => {
    expect((await list(query)).statusCode).toBe(422);
  });
});

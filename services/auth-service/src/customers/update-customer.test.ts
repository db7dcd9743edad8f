import { nudges } from "@roundtrip/contracts/subjects";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { auditEntries, headersOf, makeAccount, makeCustomer, signInAs } from "../test/make-staff.ts";
import { adminHeaders, refresh, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
let operator: Record<string, string>;
const heard: string[] = [];
beforeAll(async () => {
  operator = await adminHeaders(service().app);
  await service().bus.listen(nudges.credentialsChanged, (id) => void heard.push(id));
});

const update = (customerId: string, payload: unknown, headers = operator) =>
  service().app.inject({
    method: "PATCH",
    url: `/v2/customers/${customerId}`,
    headers: { ...headers, "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });

describe("200", () => {
  it("renames, keeps what is not named, and writes no name into the audit log", async () => {
    const customer = await makeCustomer(service().db, "Old name");
    const answer = await update(customer.customerId.toUpperCase(), { name: "New name" });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ ...ids(customer), name: "New name", suspended: false });
    expect((await update(customer.customerId, {})).json()).toEqual(answer.json());
    const entries = await auditEntries(service().db, "customer.updated");
    expect(entries[0]).toMatchObject({
      chainId: customer.customerId,
      body: { detail: { renamed: true, suspended: false } },
    });
    expect(JSON.stringify(entries)).not.toMatch(/Old name|New name/);
  });

  it("suspends: announced, its staff get no token any more, and those with another customer go on", async () => {
    const { app, db } = service();
    const [suspended, other] = [await makeCustomer(db), await makeCustomer(db)];
    const only = await makeAccount(db, { [suspended.customerId]: "owner" });
    const both = await makeAccount(db, { [suspended.customerId]: "owner", [other.customerId]: "viewer" });
    const [tokenOfOnly, tokenOfBoth] = [await signInAs(app, only), await signInAs(app, both)];
    const answer = await update(suspended.customerId, { suspended: true });
    expect(answer.json()).toMatchObject({ suspended: true });
    await vi.waitFor(() => expect(heard).toContain(suspended.customerId));
    expect((await refresh(app, tokenOfOnly)).statusCode).toBe(401);
    const headers = { "x-auth-token": (await refresh(app, tokenOfBoth)).json().accessToken };
    const { memberships } = (await app.inject({ url: "/v2/me", headers })).json();
    expect(memberships).toMatchObject([{ customer_id: other.customerId }]);
    const again = await update(suspended.customerId, { suspended: false });
    expect(again.json()).toMatchObject({ suspended: false });
    expect(await headersOf(app, only)).toMatchObject({ "x-auth-token": expect.any(String) });
  });

  it("keeps the moment of the suspension when it is said twice", async () => {
    const { db } = service();
    const { customerId } = await makeCustomer(db);
    const moments: unknown[] = [];
    for (const payload of [{ suspended: true }, { suspended: true, name: "Renamed" }]) {
      await update(customerId, payload);
      moments.push(await sql(db, "SELECT suspended_at FROM customers WHERE customer_id = $1", customerId));
    }
    expect(moments[0]).toEqual([{ suspended_at: expect.any(Date) }]);
    expect(moments[1]).toEqual(moments[0]);
  });
});

describe("404", () => {
  it("does not know a customer that is not there", async () => {
    const answer = await update("01999999-9999-7999-8999-999999999999", { name: "New" });
    expect(answer.json()).toMatchObject({ status: 404, code: "customer_not_found" });
  });
});

describe("403", () => {
  it("is for operators, not for the customer's own owner", async () => {
    const { app, db } = service();
    const customer = await makeCustomer(db);
    const owner = await headersOf(app, await makeAccount(db, { [customer.customerId]: "owner" }));
    expect((await update(customer.customerId, { suspended: true }, owner)).statusCode).toBe(403);
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await update("01999999-9999-7999-8999-999999999999", {}, {})).statusCode).toBe(401);
  });
});

describe("422", () => {
  it.each([
    ["an unknown member", { operator: true }],
    ["a suspension that is no boolean", { suspended: "yes" }],
    ["an empty name", { name: "" }],
    ["a moment", { suspended_at: null }],
  ])("refuses %s", async (_what, payload) => {
    const { customerId } = await makeCustomer(service().db);
    expect((await update(customerId, payload)).statusCode).toBe(422);
  });

  it("refuses what is no id", async () => {
    expect((await update("mine", {})).statusCode).toBe(422);
  });
});

const ids = ({ customerId, live, dev }: { customerId: string; live: string; dev: string }) => ({
  customer_id: customerId,
  live,
  dev,
});

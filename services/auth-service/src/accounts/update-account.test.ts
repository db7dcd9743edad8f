import { nudges } from "@roundtrip/contracts/subjects";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { auditEntries, headersOf, makeAccount, makeCustomer, signInAs } from "../test/make-staff.ts";
import { openAuthService, refresh, sql, useAuthService } from "../test/open-auth-service.ts";

const { service, database } = useAuthService();
const unknownId = "01999999-9999-7999-8999-999999999999";
const heard: string[] = [];
beforeAll(() => service().bus.listen(nudges.credentialsChanged, (id) => void heard.push(id)));

type Headers = Record<string, string>;
const send = (
  method: "PATCH" | "DELETE",
  accountId: string,
  { headers = {}, payload = {}, app = service().app } = {},
) =>
  app.inject({
    method,
    url: `/v2/accounts/${accountId}`,
    headers: method === "PATCH" ? { ...headers, "content-type": "application/json" } : headers,
    ...(method === "PATCH" ? { payload: JSON.stringify(payload) } : {}),
  });
const update = (accountId: string, payload: object, headers: Headers) => send("PATCH", accountId, { headers, payload });
const remove = (accountId: string, headers: Headers) => send("DELETE", accountId, { headers });

/** A customer with an owner who is signed in. */
const openCustomer = async () => {
  const { app, db } = service();
  const customer = await makeCustomer(db);
  const owner = await makeAccount(db, { [customer.customerId]: "owner" });
  return { ...customer, owner, headers: await headersOf(app, owner) };
};
const roleOf = async (accountId: string, customerId: string) =>
  (
    await sql<{ role: string; disabled: boolean }>(
      service().db,
      "SELECT role, disabled_at IS NOT NULL AS disabled FROM memberships WHERE account_id = $1 AND customer_id = $2",
      accountId,
      customerId,
    )
  )[0];

describe("PATCH 200", () => {
  it("changes the role: every sign-in ends with it, it is announced and written down", async () => {
    const { app, db } = service();
    const { customerId, headers, owner } = await openCustomer();
    const member = await makeAccount(db, { [customerId]: "viewer" });
    const refreshToken = await signInAs(app, member);
    const answer = await update(member.accountId.toUpperCase(), { role: "admin" }, headers);
    expect(answer.json()).toMatchObject({
      account_id: member.accountId,
      role: "admin",
      disabled: false,
      last_sign_in_at: expect.stringMatching(/Z$/),
    });
    expect((await refresh(app, refreshToken)).statusCode).toBe(401);
    await vi.waitFor(() => expect(heard).toContain(member.accountId));
    const entries = (await auditEntries(db, "account.updated")).filter(({ chainId }) => chainId === customerId);
    expect(entries).toMatchObject([
      {
        body: {
          actor: { kind: "account", id: owner.accountId },
          target: { kind: "account", id: member.accountId },
          detail: { role_before: "viewer", role: "admin", disabled: false },
        },
      },
    ]);
  });

  it("disables and enables again; disabled, the account gets no token for this customer", async () => {
    const { app, db } = service();
    const { customerId, headers } = await openCustomer();
    const elsewhere = await makeCustomer(db);
    const member = await makeAccount(db, { [customerId]: "viewer", [elsewhere.customerId]: "viewer" });
    const refreshToken = await signInAs(app, member);
    expect((await update(member.accountId, { disabled: true }, headers)).json()).toMatchObject({ disabled: true });
    expect((await refresh(app, refreshToken)).statusCode).toBe(401);
    const me = async () => (await app.inject({ url: "/v2/me", headers: await headersOf(app, member) })).json();
    expect((await me()).memberships).toMatchObject([{ customer_id: elsewhere.customerId }]);
    await update(member.accountId, { disabled: false }, headers);
    expect((await me()).memberships).toHaveLength(2);
  });

  it("changes nothing and ends nothing when all is so already", async () => {
    const { app, db } = service();
    const { customerId, headers } = await openCustomer();
    const member = await makeAccount(db, { [customerId]: "viewer" });
    const refreshToken = await signInAs(app, member);
    for (const payload of [{}, { role: "viewer" }, { disabled: false }]) {
      expect((await update(member.accountId, payload, headers)).statusCode).toBe(200);
    }
    expect((await refresh(app, refreshToken)).statusCode).toBe(200);
  });

  it("lets an owner step down while another one stays", async () => {
    const { db } = service();
    const { customerId, headers, owner } = await openCustomer();
    await makeAccount(db, { [customerId]: "owner" });
    expect((await update(owner.accountId, { role: "viewer" }, headers)).statusCode).toBe(200);
    // The access token still says owner: nobody raises themselves with it, its sign-in has ended.
    expect((await update(owner.accountId, { role: "owner" }, headers)).json()).toMatchObject({
      status: 401,
      code: "unauthorized",
    });
    expect(await roleOf(owner.accountId, customerId)).toEqual({ role: "viewer", disabled: false });
  });
});

describe("DELETE 204", () => {
  it("ends the membership and the sign-ins, announced and written down; the account itself stays", async () => {
    const { app, db } = service();
    const { customerId, headers } = await openCustomer();
    const member = await makeAccount(db, { [customerId]: "admin" });
    const refreshToken = await signInAs(app, member);
    const answer = await remove(member.accountId, headers);
    expect([answer.statusCode, answer.body]).toEqual([204, ""]);
    expect((await refresh(app, refreshToken)).statusCode).toBe(401);
    await vi.waitFor(() => expect(heard).toContain(member.accountId));
    expect(await roleOf(member.accountId, customerId)).toBeUndefined();
    expect(await sql(db, "SELECT 1 FROM accounts WHERE account_id = $1", member.accountId)).toHaveLength(1);
    const entries = await auditEntries(db, "account.removed");
    expect(entries.at(-1)).toMatchObject({ chainId: customerId, body: { target: { id: member.accountId } } });
    expect((await remove(member.accountId, headers)).statusCode).toBe(404);
  });
});

describe("409", () => {
  it("keeps the last enabled owner, whoever else is there", async () => {
    const { db } = service();
    const { customerId, headers, owner } = await openCustomer();
    await makeAccount(db, { [customerId]: "admin" });
    const disabled = await makeAccount(db, { [customerId]: "owner" });
    await sql(db, "UPDATE memberships SET disabled_at = now() WHERE account_id = $1", disabled.accountId);
    const locked = await makeAccount(db, { [customerId]: "owner" });
    await sql(db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", locked.accountId);
    for (const attempt of [
      () => update(owner.accountId, { role: "admin" }, headers),
      () => update(owner.accountId, { disabled: true }, headers),
      () => remove(owner.accountId, headers),
    ]) {
      expect((await attempt()).json()).toMatchObject({ status: 409, code: "last_owner" });
    }
    expect(await roleOf(owner.accountId, customerId)).toEqual({ role: "owner", disabled: false });
  });

  it("keeps one of two owners who take each other down at the same moment, on two replicas, in every way", async () => {
    const { app, db } = service();
    const second = await openAuthService(database().url);
    try {
      const ways = [
        (id: string, at: object) => send("PATCH", id, { ...at, payload: { role: "viewer" } }),
        (id: string, at: object) => send("PATCH", id, { ...at, payload: { disabled: true } }),
        (id: string, at: object) => send("DELETE", id, at),
      ];
      for (let round = 0; round < 6; round += 1) {
        const { customerId, headers, owner } = await openCustomer();
        const other = await makeAccount(db, { [customerId]: "owner" });
        const others = await headersOf(app, other);
        const way = ways[round % ways.length] ?? (() => Promise.reject(new Error("no way")));
        const answers = await Promise.all([
          way(other.accountId, { headers, app }),
          way(owner.accountId, { headers: others, app: second.app }),
        ]);
        // The one who came second is an owner no more.
        expect(answers.map((answer) => answer.statusCode).sort()).toEqual([round % 3 === 2 ? 204 : 200, 403]);
        const left = "SELECT 1 FROM memberships WHERE customer_id = $1 AND role = 'owner' AND disabled_at IS NULL";
        expect(await sql(db, left, customerId)).toHaveLength(1);
      }
    } finally {
      await second.close();
    }
  });

  it("keeps one of five owners who all step down at once", async () => {
    const { app, db } = service();
    const { customerId, headers, owner } = await openCustomer();
    const all = [{ id: owner.accountId, headers }];
    for (let index = 0; index < 4; index += 1) {
      const made = await makeAccount(db, { [customerId]: "owner" });
      all.push({ id: made.accountId, headers: await headersOf(app, made) });
    }
    const answers = await Promise.all(all.map((one) => update(one.id, { role: "viewer" }, one.headers)));
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 200, 200, 200, 409]);
  });
});

describe("404", () => {
  it("knows neither a stranger nor the staff of another customer, by PATCH or DELETE", async () => {
    const { db } = service();
    const { headers } = await openCustomer();
    const elsewhere = await makeCustomer(db);
    const stranger = await makeAccount(db, { [elsewhere.customerId]: "viewer" });
    for (const id of [unknownId, stranger.accountId]) {
      expect((await update(id, { role: "owner" }, headers)).json()).toMatchObject({ code: "account_not_found" });
      expect((await remove(id, headers)).json()).toMatchObject({ status: 404, code: "account_not_found" });
    }
    expect(await roleOf(stranger.accountId, elsewhere.customerId)).toEqual({ role: "viewer", disabled: false });
  });
});

describe("403", () => {
  it.each(["admin", "viewer"] as const)("is not for the role %s, not even about themselves", async (role) => {
    const { app, db } = service();
    const { customerId } = await openCustomer();
    const member = await makeAccount(db, { [customerId]: role });
    const headers = await headersOf(app, member);
    expect((await update(member.accountId, { role: "owner" }, headers)).statusCode).toBe(403);
    expect((await remove(member.accountId, headers)).statusCode).toBe(403);
    expect(await roleOf(member.accountId, customerId)).toEqual({ role, disabled: false });
  });

  it("does not let an owner of two customers use the one workspace on the other's staff", async () => {
    const { app, db } = service();
    const [first, second] = [await openCustomer(), await openCustomer()];
    const both = await makeAccount(db, { [first.customerId]: "owner", [second.customerId]: "viewer" });
    const headers = await headersOf(app, both, second.live);
    expect((await update(second.owner.accountId, { role: "viewer" }, headers)).statusCode).toBe(403);
    const inFirst = { ...headers, "x-workspace": first.live };
    expect((await update(second.owner.accountId, { role: "viewer" }, inFirst)).statusCode).toBe(404);
  });
});

describe("401 and 422", () => {
  it("wants an access token", async () => {
    expect((await update(unknownId, {}, {})).statusCode).toBe(401);
    expect((await remove(unknownId, {})).statusCode).toBe(401);
  });

  it.each([
    { role: "operator" },
    { operator: true },
    { email: "other@clinic.example" },
    { password: "a sentence nobody guesses" },
    { customer_id: unknownId },
    { disabled: "true" },
    { __proto__: null, role: null },
  ])("refuses %j", async (payload) => {
    const { db } = service();
    const { customerId, headers } = await openCustomer();
    const member = await makeAccount(db, { [customerId]: "viewer" });
    expect((await update(member.accountId, payload, headers)).statusCode).toBe(422);
    expect((await update("me", {}, headers)).statusCode).toBe(422);
    expect((await remove("me", headers)).statusCode).toBe(422);
  });
});

import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  auditEntries,
  findClinic,
  headersOf,
  type MadeCustomer,
  makeAccount,
  makeCustomer,
} from "../test/make-staff.ts";
import { adminHeaders, openAuthService, postJson, publicUrl, sql, useAuthService } from "../test/open-auth-service.ts";
import { linkIn, useMailbox } from "../test/open-mailbox.ts";

const { mailbox, env } = useMailbox();
const { service, database } = useAuthService({ workers: true, env });
const password = "a sentence nobody guesses";
let owner: Record<string, string>;
let clinic: MadeCustomer;
beforeAll(async () => {
  owner = await adminHeaders(service().app);
  clinic = await findClinic(service().db);
});
afterEach(() => sql(service().db, "TRUNCATE rate_limits"));

const create = (payload: unknown, headers = owner, app = service().app) =>
  postJson(app, { url: "/v2/accounts", payload, headers });
const accountsOf = (key: string) =>
  sql<{ account_id: string; operator: boolean }>(service().db, "SELECT * FROM accounts WHERE email_key = $1", key);

describe("201", () => {
  it("makes a member without a password, whose mailed link of 7 days sets one", async () => {
    const { app, db } = service();
    const email = "Grace@clinic.example";
    const answer = await create({ email, name: "Grace", role: "admin" });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({
      account_id: expect.any(String),
      email,
      name: "Grace",
      role: "admin",
      disabled: false,
      second_factor: false,
      joined_at: expect.stringMatching(/Z$/),
      last_sign_in_at: null,
    });
    expect((await postJson(app, { url: "/signin", payload: { email, password: "" } })).statusCode).not.toBe(200);
    const link = linkIn(await mailbox().latestTo(email));
    expect(link.origin).toBe(publicUrl);
    const [row] = await sql<{ days: number }>(
      db,
      "SELECT extract(epoch FROM expires_at - created_at)::int / 86400 AS days FROM password_resets WHERE account_id = $1",
      answer.json().account_id,
    );
    expect(row?.days).toBe(7);
    expect((await app.inject({ url: link.pathname })).body).toContain("Set your password");
    expect((await postJson(app, { url: link.pathname, payload: { password } })).statusCode).toBe(204);
    const headers = await headersOf(app, { email, password });
    expect((await app.inject({ url: "/v2/me", headers })).json()).toMatchObject({
      name: "Grace",
      operator: false,
      memberships: [{ customer_id: clinic.customerId, role: "admin" }],
    });
    const reset = (await auditEntries(db, "password.reset")).at(-1);
    expect(reset).toMatchObject({ chainId: clinic.customerId, body: { detail: { first: true } } });
  });

  it("is in the audit log by ids, without name and e-mail", async () => {
    const answer = await create({ email: "hidden@clinic.example", name: "Hidden Name", role: "viewer" });
    const entries = await auditEntries(service().db, "account.created");
    expect(entries.at(-1)).toMatchObject({
      chainId: clinic.customerId,
      body: { target: { kind: "account", id: answer.json().account_id }, detail: { role: "viewer" } },
    });
    expect(JSON.stringify(entries)).not.toMatch(/hidden/i);
  });

  it("ends an open invitation of the same person", async () => {
    const { app } = service();
    const email = "both@clinic.example";
    await postJson(app, { url: "/v2/invitations", payload: { email, role: "owner" }, headers: owner });
    const invitation = linkIn(await mailbox().latestTo(email)).pathname;
    expect((await create({ email, role: "viewer" })).statusCode).toBe(201);
    expect((await postJson(app, { url: `${invitation}/accept`, payload: { password } })).statusCode).toBe(404);
  });
});

describe("409", () => {
  it("makes one account of 20 at once in as many spellings, on two replicas and for two customers", async () => {
    const { app, db } = service();
    const elsewhere = await makeCustomer(db);
    const other = await headersOf(app, await makeAccount(db, { [elsewhere.customerId]: "owner" }));
    const spellings = [
      "zoë@clinic.example",
      "zoe\u0308@clinic.example",
      "ZOË@CLINIC.EXAMPLE",
      "ｚｏë@clinic.example",
      "Zoe\u0308@Clinic.Example",
    ];
    const second = await openAuthService(database().url);
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const payload = { email: spellings[index % spellings.length], role: "viewer" };
          return create(payload, index % 3 === 0 ? other : owner, index % 2 === 0 ? app : second.app);
        }),
      );
      const statuses = answers.map((answer) => answer.statusCode).sort();
      expect(statuses).toEqual([201, ...Array(19).fill(409)]);
      expect(await accountsOf("zoë@clinic.example")).toHaveLength(1);
    } finally {
      await second.close();
    }
  });

  it("says so for an account of another customer and for a disabled one, and touches neither", async () => {
    const { db } = service();
    const elsewhere = await makeCustomer(db);
    const account = await makeAccount(db, { [elsewhere.customerId]: "viewer" });
    expect((await create({ email: account.email, role: "owner" })).json()).toMatchObject({
      status: 409,
      code: "account_exists",
    });
    await sql(db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    expect((await create({ email: account.email, role: "owner" })).statusCode).toBe(409);
    const memberships = await sql(db, "SELECT role FROM memberships WHERE account_id = $1", account.accountId);
    expect(memberships).toEqual([{ role: "viewer" }]);
    expect(mailbox().countTo(account.email)).toBe(0);
  });
});

describe("403", () => {
  it.each(["admin", "viewer"] as const)("is not for the role %s", async (role) => {
    const { app, db } = service();
    const headers = await headersOf(app, await makeAccount(db, { [clinic.customerId]: role }));
    expect((await create({ email: "x@clinic.example", role: "viewer" }, headers)).statusCode).toBe(403);
  });

  it("is not for an owner of yesterday whose access token still says owner", async () => {
    const { app, db } = service();
    const former = await makeAccount(db, { [clinic.customerId]: "owner" });
    const headers = await headersOf(app, former);
    await sql(db, "DELETE FROM memberships WHERE account_id = $1", former.accountId);
    expect((await create({ email: "x@clinic.example", role: "owner" }, headers)).json()).toMatchObject({
      status: 403,
      code: "forbidden",
    });
    expect(await accountsOf("x@clinic.example")).toEqual([]);
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await create({ email: "x@clinic.example", role: "viewer" }, {})).statusCode).toBe(401);
  });
});

describe("429", () => {
  it("answers a customer 60 times in an hour who has an account already, and then nobody any more", async () => {
    const { app, db } = service();
    const curious = await makeCustomer(db);
    const headers = await headersOf(app, await makeAccount(db, { [curious.customerId]: "owner" }));
    const { email } = await makeAccount(db, { [clinic.customerId]: "viewer" });
    const statuses: number[] = [];
    for (let index = 0; index < 61; index += 1) {
      statuses.push((await create({ email, role: "viewer" }, headers)).statusCode);
    }
    expect(statuses).toEqual([...Array(60).fill(409), 429]);
    expect((await create({ email: "late@curious.example", role: "viewer" }, headers)).statusCode).toBe(429);
    expect(await accountsOf("late@curious.example")).toEqual([]);
    expect((await create({ email, role: "viewer" })).statusCode).toBe(409);
  });
});

describe("422", () => {
  it.each([
    { email: "x@clinic.example" },
    { email: "x@clinic.example", role: "operator" },
    { email: "x@clinic.example", role: "viewer", operator: true },
    { email: "x@clinic.example", role: "viewer", password: "a sentence nobody guesses" },
    { email: "x@clinic.example", role: "viewer", customer_id: "01999999-9999-7999-8999-999999999999" },
    { email: "x@clinic.example\u0000", role: "viewer" },
    { email: "x@clinic.example\r\nBcc: y@evil.example", role: "viewer" },
    { email: `${"x".repeat(65)}@clinic.example`, role: "viewer" },
    { email: "x@clinic.example", role: "viewer", name: "a\uD800" },
  ])("refuses %j", async (payload) => {
    expect((await create(payload)).statusCode).toBe(422);
    expect(await accountsOf("x@clinic.example")).toEqual([]);
  });
});

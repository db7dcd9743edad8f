import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  auditEntries,
  findClinic,
  headersOf,
  type MadeCustomer,
  makeAccount,
  makeCustomer,
} from "../test/make-staff.ts";
import { adminHeaders, openAuthService, postJson, sql, useAuthService } from "../test/open-auth-service.ts";
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

const invite = async (email: string, role = "admin") => {
  const before = mailbox().countTo(email);
  const answer = await postJson(service().app, { url: "/v2/invitations", payload: { email, role }, headers: owner });
  expect(answer.statusCode).toBe(201);
  return { id: answer.json().invitation_id, path: linkIn(await mailbox().latestTo(email, before)).pathname };
};
const accept = (path: string, payload: unknown, app = service().app) =>
  postJson(app, { url: `${path}/accept`, payload });
const membershipsOf = (email: string) =>
  sql<{ role: string; customer_id: string }>(
    service().db,
    "SELECT m.* FROM memberships m JOIN accounts a USING (account_id) WHERE a.email_key = $1",
    email,
  );

/** What is left of an address's tries at links; the tests' own address has a thousand times as many. */
const limited = {
  ratelimit: expect.stringMatching(/^"default";r=\d+;t=\d+$/),
  "ratelimit-policy": '"default";q=30000;w=60',
};

describe("200", () => {
  it("makes the account of somebody new, who can sign in then, and is not signed in by it", async () => {
    const { app } = service();
    const { path, id } = await invite("new@clinic.example");
    const answer = await accept(path, { password, name: "New Colleague" });
    expect(answer.json()).toEqual({ email: "new@clinic.example", customer_name: "Clinic", role: "admin" });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    const headers = await headersOf(app, { email: "new@clinic.example", password });
    const me = (await app.inject({ url: "/v2/me", headers })).json();
    expect(answer.headers).toMatchObject(limited);
    expect(me).toMatchObject({ name: "New Colleague", operator: false, memberships: [{ role: "admin" }] });
    const entries = await auditEntries(service().db, "invitation.accepted");
    expect(entries.at(-1)).toMatchObject({
      chainId: clinic.customerId,
      body: {
        actor: { kind: "account", id: me.account_id },
        target: { kind: "invitation", id },
        detail: { role: "admin", new_account: true },
      },
    });
    expect(JSON.stringify(entries)).not.toMatch(/new@clinic|Colleague/);
  });

  it("gives the role to an account that is there, and touches neither its password nor its name", async () => {
    const { app, db } = service();
    const elsewhere = await makeCustomer(db);
    const account = await makeAccount(db, { [elsewhere.customerId]: "viewer" });
    const { path } = await invite(account.email, "owner");
    expect((await accept(path, { password: "another long password", name: "Eve" })).statusCode).toBe(200);
    const headers = await headersOf(app, account, clinic.live);
    const me = (await app.inject({ url: "/v2/me", headers })).json();
    expect(me).toMatchObject({ name: null });
    expect(me.memberships.map((one: { role: string }) => one.role).sort()).toEqual(["owner", "viewer"]);
  });

  it("needs no body for an account that is there", async () => {
    const elsewhere = await makeCustomer(service().db);
    const account = await makeAccount(service().db, { [elsewhere.customerId]: "viewer" });
    const { path } = await invite(account.email);
    const answer = await service().app.inject({ method: "POST", url: `${path}/accept` });
    expect(answer.statusCode).toBe(200);
  });

  it.each([
    ["somebody new", async () => "crowd@clinic.example"],
    [
      "an account that is there",
      async () => {
        const elsewhere = await makeCustomer(service().db);
        return (await makeAccount(service().db, { [elsewhere.customerId]: "viewer" })).email;
      },
    ],
  ])("makes one membership of 20 at once on two replicas, for %s", async (_who, makeEmail) => {
    const email = await makeEmail();
    const { path } = await invite(email);
    const second = await openAuthService(database().url);
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          accept(path, { password }, index % 2 === 0 ? service().app : second.app),
        ),
      );
      const statuses = answers.map((answer) => answer.statusCode).sort();
      expect(statuses).toEqual([200, ...Array(19).fill(404)]);
      const here = (await membershipsOf(email)).filter((row) => row.customer_id === clinic.customerId);
      expect(here).toMatchObject([{ role: "admin" }]);
    } finally {
      await second.close();
    }
  });

  it("is not spent by a password that the policy refuses", async () => {
    const { path } = await invite("retry@clinic.example");
    expect((await accept(path, { password: "short" })).statusCode).toBe(422);
    expect((await accept(path, { password })).statusCode).toBe(200);
  });
});

describe("404", () => {
  const isGone = async (path: string, payload: unknown = { password }) => {
    const answer = await accept(path, payload);
    expect(answer.json()).toMatchObject({ status: 404, code: "link_not_found" });
    expect(answer.headers).toMatchObject(limited);
  };

  it("does not know a link that is made up, or was used, taken back or replaced", async () => {
    await isGone("/invitations/made-up");
    await isGone(`/invitations/${"A".repeat(43)}`);
    const used = await invite("used@clinic.example");
    await accept(used.path, { password });
    await isGone(used.path);
    const revoked = await invite("revoked@clinic.example");
    await service().app.inject({ method: "DELETE", url: `/v2/invitations/${revoked.id}`, headers: owner });
    await isGone(revoked.path);
    const replaced = await invite("replaced@clinic.example");
    await invite("replaced@clinic.example");
    await isGone(replaced.path);
    expect(await membershipsOf("revoked@clinic.example")).toEqual([]);
  });

  it("does not know one that is older than 7 days", async () => {
    const { path, id } = await invite("late@clinic.example");
    await sql(service().db, "UPDATE invitations SET expires_at = now() - interval '1 s' WHERE invitation_id = $1", id);
    await isGone(path);
  });

  it("lets nobody into a suspended customer", async () => {
    const { db } = service();
    const { path } = await invite("suspended@clinic.example");
    await sql(db, "UPDATE customers SET suspended_at = now() WHERE customer_id = $1", clinic.customerId);
    await isGone(path);
    await sql(db, "UPDATE customers SET suspended_at = NULL WHERE customer_id = $1", clinic.customerId);
    expect((await accept(path, { password })).statusCode).toBe(200);
  });

  it("gives a disabled account nothing", async () => {
    const { db } = service();
    const elsewhere = await makeCustomer(db);
    const account = await makeAccount(db, { [elsewhere.customerId]: "viewer" });
    const { path } = await invite(account.email);
    await sql(db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    await isGone(path);
    expect(await membershipsOf(account.email)).toHaveLength(1);
  });

  it("changes no role of who has become a member meanwhile", async () => {
    const { db } = service();
    const elsewhere = await makeCustomer(db);
    const account = await makeAccount(db, { [elsewhere.customerId]: "viewer" });
    const { path } = await invite(account.email, "owner");
    await sql(
      db,
      "INSERT INTO memberships (account_id, customer_id, role, disabled_at) VALUES ($1, $2, 'viewer', now())",
      account.accountId,
      clinic.customerId,
    );
    await isGone(path);
    const here = (await membershipsOf(account.email)).filter((row) => row.customer_id === clinic.customerId);
    expect(here).toMatchObject([{ role: "viewer", disabled_at: expect.any(Date) }]);
  });
});

describe("422", () => {
  it("refuses a password against the policy, with the reason", async () => {
    const { path } = await invite("weak@clinic.example");
    const answer = await accept(path, { password: "fourteen chars" });
    expect(answer.json()).toMatchObject({
      code: "password_refused",
      detail: [{ loc: ["body", "password"], msg: "needs 15 characters or more" }],
    });
    expect(answer.headers).toMatchObject(limited);
  });

  it("wants a password for somebody new", async () => {
    const { path } = await invite("none@clinic.example");
    const answer = await service().app.inject({ method: "POST", url: `${path}/accept` });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toMatchObject([{ loc: ["body", "password"], type: "missing" }]);
  });

  it.each([
    { password, role: "owner" },
    { password, operator: true },
    { password, email: "other@clinic.example" },
    { password, account_id: "01999999-9999-7999-8999-999999999999" },
    { password: 15 },
    { password: "x".repeat(1_025) },
  ])("refuses %j", async (payload) => {
    const { path } = await invite("smuggler@clinic.example");
    expect((await accept(path, payload)).statusCode).toBe(422);
    expect(await membershipsOf("smuggler@clinic.example")).toEqual([]);
  });
});

describe("429", () => {
  it("limits an address that tries links", async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 32; index += 1) {
      const answer = await service().app.inject({
        method: "POST",
        url: `/invitations/guess-${index}/accept`,
        remoteAddress: "203.0.113.9",
      });
      statuses.push(answer.statusCode);
    }
    expect(statuses).toEqual([...Array(30).fill(404), 429, 429]);
  });
});

import { afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  auditEntries,
  findClinic,
  headersOf,
  type MadeCustomer,
  makeAccount,
  makeCustomer,
} from "../test/make-staff.ts";
import { adminHeaders, postJson, publicUrl, sql, useAuthService } from "../test/open-auth-service.ts";
import { linkIn, useMailbox } from "../test/open-mailbox.ts";

const { mailbox, env } = useMailbox();
const { service } = useAuthService({ workers: true, env });
let owner: Record<string, string>;
let clinic: MadeCustomer;
beforeAll(async () => {
  owner = await adminHeaders(service().app);
  clinic = await findClinic(service().db);
});
afterEach(() => sql(service().db, "TRUNCATE rate_limits"));

const invite = (payload: unknown, headers = owner) =>
  postJson(service().app, { url: "/v2/invitations", payload, headers });
const openRows = (email: string) =>
  sql<{ invitation_id: string; role: string; digest: string }>(
    service().db,
    "SELECT * FROM invitations WHERE email_key = $1 AND accepted_at IS NULL AND revoked_at IS NULL",
    email,
  );

describe("201", () => {
  it("sends a link to that address, good for 7 days, whose secret is in no table and in no answer", async () => {
    const email = "Grace@clinic.example";
    const answer = await invite({ email, role: "admin" });
    expect(answer.statusCode).toBe(201);
    const body = answer.json();
    expect(body).toEqual({
      invitation_id: expect.any(String),
      email,
      role: "admin",
      created_at: expect.any(String),
      expires_at: expect.any(String),
    });
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(7 * 86_400_000);
    const mail = await mailbox().latestTo(email);
    const link = linkIn(mail);
    expect(link.origin).toBe(publicUrl);
    expect(link.pathname).toMatch(/^\/invitations\/[A-Za-z0-9_-]{43}$/);
    const secret = link.pathname.split("/").at(-1) ?? "";
    const [row] = await openRows("grace@clinic.example");
    expect(JSON.stringify(row)).not.toContain(secret);
    const entries = await auditEntries(service().db, "invitation.created");
    expect(entries.at(-1)).toMatchObject({
      chainId: clinic.customerId,
      body: { target: { kind: "invitation", id: body.invitation_id }, detail: { role: "admin" } },
    });
    expect(JSON.stringify(entries)).not.toMatch(new RegExp(`grace|${secret}`, "i"));
  });

  it("never takes the link from the request's host", async () => {
    const headers = {
      ...owner,
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
    };
    await invite({ email: "host@clinic.example", role: "viewer" }, headers);
    const mail = await mailbox().latestTo("host@clinic.example");
    expect(mail.raw).not.toContain("evil.example");
    expect(linkIn(mail).origin).toBe(publicUrl);
  });

  it("replaces the open invitation: its link dies, and one is left of many at once", async () => {
    const { app } = service();
    const email = "twice@clinic.example";
    await invite({ email, role: "viewer" });
    const first = linkIn(await mailbox().latestTo(email));
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        invite({ email: index % 2 === 0 ? "TWICE@clinic.example" : "ｔwice@clinic.example", role: "admin" }),
      ),
    );
    expect(answers.map((answer) => answer.statusCode)).toEqual(Array(5).fill(201));
    expect(await openRows(email)).toMatchObject([{ role: "admin" }]);
    expect((await app.inject({ url: first.pathname })).statusCode).toBe(404);
    const revoked = await auditEntries(service().db, "invitation.revoked");
    expect(revoked.filter(({ body }) => body.detail["replaced"])).toHaveLength(5);
  });

  it("may invite somebody who has an account with another customer", async () => {
    const elsewhere = await makeCustomer(service().db);
    const account = await makeAccount(service().db, { [elsewhere.customerId]: "owner" });
    expect((await invite({ email: account.email, role: "viewer" })).statusCode).toBe(201);
  });
});

describe("409", () => {
  it("says so when the person is on the staff already, in whatever spelling, disabled or not", async () => {
    const { db } = service();
    const member = await makeAccount(db, { [clinic.customerId]: "viewer" });
    for (const email of [member.email, member.email.toUpperCase()]) {
      expect((await invite({ email, role: "owner" })).json()).toMatchObject({ status: 409, code: "account_exists" });
    }
    await sql(db, "UPDATE memberships SET disabled_at = now() WHERE account_id = $1", member.accountId);
    expect((await invite({ email: member.email, role: "owner" })).statusCode).toBe(409);
    expect(await openRows(member.email)).toEqual([]);
  });
});

describe("403", () => {
  it.each(["admin", "viewer"] as const)("is not for the role %s", async (role) => {
    const { app, db } = service();
    const headers = await headersOf(app, await makeAccount(db, { [clinic.customerId]: role }));
    expect((await invite({ email: "x@clinic.example", role: "viewer" }, headers)).statusCode).toBe(403);
  });

  it("is not for an owner of yesterday whose access token still says owner", async () => {
    const { app, db } = service();
    const former = await makeAccount(db, { [clinic.customerId]: "owner" });
    const headers = await headersOf(app, former);
    await sql(db, "UPDATE memberships SET role = 'viewer' WHERE account_id = $1", former.accountId);
    const refused = await invite({ email: "x@clinic.example", role: "owner" }, headers);
    expect(refused.json()).toMatchObject({ status: 403, code: "forbidden" });
    await sql(db, "UPDATE memberships SET role = 'owner', disabled_at = now() WHERE account_id = $1", former.accountId);
    expect((await invite({ email: "x@clinic.example", role: "owner" }, headers)).statusCode).toBe(403);
    expect(await openRows("x@clinic.example")).toEqual([]);
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await invite({ email: "x@clinic.example", role: "viewer" }, {})).statusCode).toBe(401);
  });
});

describe("422", () => {
  it.each([
    { email: "x@clinic.example" },
    { email: "x@clinic.example", role: "operator" },
    { email: "x@clinic.example", role: "viewer", customer_id: "01999999-9999-7999-8999-999999999999" },
    { email: "x@clinic.example\nBcc: y@evil.example", role: "viewer" },
    { email: "x@clinic.example,y@evil.example", role: "viewer" },
    { email: "Eve <x@clinic.example>", role: "viewer" },
    { email: ["x@clinic.example"], role: "viewer" },
    { email: "x﹐y@clinic.example", role: "viewer" },
  ])("refuses %j", async (payload) => {
    const answer = await invite(payload);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail[0].loc[0]).toBe("body");
  });
});

describe("429", () => {
  it("caps the mails to one address a day, from all customers together", async () => {
    const { app, db } = service();
    const elsewhere = await makeCustomer(db);
    const other = await headersOf(app, await makeAccount(db, { [elsewhere.customerId]: "owner" }));
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      const answer = await invite({ email: "bombed@clinic.example", role: "viewer" }, index % 2 === 0 ? owner : other);
      statuses.push(answer.statusCode);
    }
    expect(statuses).toEqual([...Array(10).fill(201), 429, 429]);
  });

  it("caps the mails of one customer in an hour", async () => {
    const { app, db } = service();
    const busy = await makeCustomer(db);
    const headers = await headersOf(app, await makeAccount(db, { [busy.customerId]: "owner" }));
    const payloads = Array.from({ length: 101 }, (_, index) => ({ email: `n${index}@busy.example`, role: "viewer" }));
    const statuses: number[] = [];
    for (const payload of payloads) statuses.push((await invite(payload, headers)).statusCode);
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
    expect((await invite({ email: "other@clinic.example", role: "viewer" })).statusCode).toBe(201);
  });

  it("counts what is refused as well, 120 of one customer in an hour", async () => {
    const { app, db } = service();
    const insistent = await makeCustomer(db);
    const member = await makeAccount(db, { [insistent.customerId]: "owner" });
    const headers = await headersOf(app, member);
    const statuses: number[] = [];
    for (let index = 0; index < 121; index += 1) {
      statuses.push((await invite({ email: member.email, role: "viewer" }, headers)).statusCode);
    }
    expect(statuses).toEqual([...Array(120).fill(409), 429]);
  });
});

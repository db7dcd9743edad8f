import { beforeAll, describe, expect, it } from "vitest";
import { auditEntries, findClinic, headersOf, makeAccount } from "../test/make-staff.ts";
import { adminHeaders, postJson, sql, useAuthService } from "../test/open-auth-service.ts";
import { linkIn, useMailbox } from "../test/open-mailbox.ts";

const { mailbox, env } = useMailbox();
const { service } = useAuthService({ workers: true, env });
let operator: Record<string, string>;
beforeAll(async () => {
  operator = await adminHeaders(service().app);
});

const create = (payload: unknown, headers = operator) =>
  postJson(service().app, { url: "/v2/customers", payload, headers });
const rowsOf = (table: string) =>
  sql<{ n: number }>(service().db, `SELECT count(*)::int AS n FROM ${table}`).then(([row]) => row?.n);

describe("201", () => {
  it("makes the customer with its two workspaces", async () => {
    const answer = await create({ name: "Second clinic" });
    expect(answer.statusCode).toBe(201);
    const body = answer.json();
    expect(body).toEqual({
      customer_id: expect.any(String),
      name: "Second clinic",
      live: expect.any(String),
      dev: expect.any(String),
      suspended: false,
      created_at: expect.stringMatching(/Z$/),
    });
    const workspaces = await sql(
      service().db,
      "SELECT workspace_id, environment FROM workspaces WHERE customer_id = $1 ORDER BY environment DESC",
      body.customer_id,
    );
    expect(workspaces).toEqual([
      { workspace_id: body.live, environment: "live" },
      { workspace_id: body.dev, environment: "dev" },
    ]);
    const entries = await auditEntries(service().db, "customer.created");
    expect(entries.at(-1)).toMatchObject({
      chainId: body.customer_id,
      body: { actor: { kind: "account" }, target: { kind: "customer", id: body.customer_id } },
    });
    expect(JSON.stringify(entries)).not.toContain("Second clinic");
  });

  it("invites the first owner, who gets in and manages the staff", async () => {
    const { app } = service();
    const email = "first.owner@new.example";
    const created = await create({ name: "New clinic", owner_email: email });
    const link = linkIn(await mailbox().latestTo(email));
    const password = "a sentence nobody guesses";
    const accepted = await postJson(app, { url: `${link.pathname}/accept`, payload: { password } });
    expect(accepted.json()).toEqual({ email, customer_name: "New clinic", role: "owner" });
    const headers = await headersOf(app, { email, password });
    const staff = (await app.inject({ url: "/v2/accounts", headers })).json();
    expect(staff.data).toMatchObject([{ email, role: "owner", disabled: false }]);
    const me = (await app.inject({ url: "/v2/me", headers })).json();
    expect(me).toMatchObject({ operator: false, memberships: [{ customer_id: created.json().customer_id }] });
  });
});

describe("403", () => {
  it("is for operators: an owner is none, and neither is one who was an operator until just now", async () => {
    const { app, db } = service();
    const clinic = await findClinic(db);
    const owner = await headersOf(app, await makeAccount(db, { [clinic.customerId]: "owner" }));
    expect((await create({ name: "Mine" }, owner)).json()).toMatchObject({ status: 403, code: "forbidden" });
    const former = await makeAccount(db, {});
    await sql(db, "UPDATE accounts SET operator = true WHERE account_id = $1", former.accountId);
    const headers = await headersOf(app, former);
    await sql(db, "UPDATE accounts SET operator = false WHERE account_id = $1", former.accountId);
    const before = await rowsOf("customers");
    expect((await create({ name: "Mine" }, headers)).statusCode).toBe(403);
    expect(await rowsOf("customers")).toBe(before);
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await create({ name: "Mine" }, {})).statusCode).toBe(401);
  });
});

describe("422", () => {
  it.each([
    [{}, ["body", "name"]],
    [{ name: "" }, ["body", "name"]],
    [{ name: "a\u0000b" }, ["body", "name"]],
    [{ name: "x".repeat(257) }, ["body", "name"]],
    [{ name: "Mine", owner_email: "not an address" }, ["body", "owner_email"]],
    [{ name: "Mine", owner_email: "a@x.example\r\nBcc: b@y.example" }, ["body", "owner_email"]],
    // Becomes `a,b@x.example` where look-alikes become what they look like.
    [{ name: "Mine", owner_email: "a，b@x.example" }, ["body", "owner_email"]],
    [{ name: "Mine", customer_id: "01999999-9999-7999-8999-999999999999" }, ["body", "customer_id"]],
    [{ name: "Mine", suspended: false }, ["body", "suspended"]],
  ])("refuses %j and makes nothing", async (payload, loc) => {
    const before = [await rowsOf("customers"), await rowsOf("workspaces"), await rowsOf("invitations")];
    const answer = await create(payload);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toContainEqual(expect.objectContaining({ loc }));
    expect([await rowsOf("customers"), await rowsOf("workspaces"), await rowsOf("invitations")]).toEqual(before);
  });
});

describe("429", () => {
  it("caps the invitations to one address, and makes no customer without its owner", async () => {
    const payload = { name: "Again", owner_email: "popular@new.example" };
    const statuses: number[] = [];
    for (let index = 0; index < 11; index += 1) statuses.push((await create(payload)).statusCode);
    expect(statuses).toEqual([...Array(10).fill(201), 429]);
    const refused = await create(payload);
    expect(refused.headers).toMatchObject({ "retry-after": expect.stringMatching(/^\d+$/) });
    expect(refused.json()).toMatchObject({ code: "rate_limited" });
  });
});

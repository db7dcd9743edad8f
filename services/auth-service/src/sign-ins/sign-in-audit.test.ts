import { uuidv7 } from "uuidv7";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { platformChainId } from "../audit/record-audit.ts";
import { takeEntries } from "../test/audit-entries.ts";
import {
  admin,
  claimsOf,
  cookieName,
  cookieOf,
  postJson,
  respondentCredential,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { openSurveyStandIn, sha256 } from "../test/survey-stand-in.ts";

const hasher = await createQuickHasher();
const { service } = useAuthService({ hasher });
let customerId: string;
let workspaceId: string;
let accountId: string;
const token = "a-token-of-a-respondent-in-our-own-workspace";
const respondent = { slug: "audited", username: "jo", password: "a password of jo's" };
let respondentId: string;

beforeAll(async () => {
  const { db, bus } = service();
  const [row] = await sql<{ customer_id: string; workspace_id: string; account_id: string }>(
    db,
    "SELECT w.customer_id, w.workspace_id, a.account_id FROM workspaces w, accounts a WHERE w.environment = 'live'",
  );
  customerId = row?.customer_id ?? "";
  workspaceId = row?.workspace_id ?? "";
  accountId = row?.account_id ?? "";
  const survey = await openSurveyStandIn(bus);
  const credential = respondentCredential({
    workspace_id: workspaceId,
    survey_slug: respondent.slug,
    username: respondent.username,
    token_sha256: sha256(token),
    password_hash: await hasher.hash(respondent.password),
  });
  respondentId = credential.respondent_id;
  survey.add(credential);
});
beforeEach(async () => {
  await sql(service().db, "TRUNCATE sign_in_throttles");
  await takeEntries(service().db);
});

const signIn = (payload: object) => postJson(service().app, { url: "/signin", payload });
const withToken = (text: string, query = "") =>
  service().app.inject({ method: "POST", url: `/signin/token/${text}${query}` });
const take = () => takeEntries(service().db);

describe("sign_in.succeeded", () => {
  it("names the account, the sign-in, how and from which network, in the chain of its customer", async () => {
    const { sid } = claimsOf(await signInAdmin(service().app));
    expect(await take()).toEqual([
      {
        audit_id: expect.any(String),
        at: expect.any(String),
        chain_id: customerId,
        action: "sign_in.succeeded",
        actor: { kind: "account", id: accountId },
        workspace_id: null,
        target: { kind: "sign_in", id: sid },
        address: "127.0.0.0/24",
        request_id: expect.any(String),
        detail: { method: "password", flavour: "header" },
      },
    ]);
  });

  it("names the respondent of a link in the workspace's customer's chain", async () => {
    const response = await withToken(token, "?delivery=cookie");
    expect(await take()).toMatchObject([
      {
        chain_id: customerId,
        action: "sign_in.succeeded",
        actor: { kind: "respondent", id: respondentId },
        workspace_id: workspaceId,
        target: { kind: "sign_in", id: claimsOf(cookieOf(response)).sid },
        detail: { method: "token", flavour: "cookie" },
      },
    ]);
  });

  it("stands in the chain of every customer that the account acts for", async () => {
    const { db, app } = service();
    const second = uuidv7();
    await sql(db, "INSERT INTO customers (customer_id, name) VALUES ($1, 'Second')", second);
    await sql(
      db,
      "INSERT INTO workspaces (workspace_id, customer_id, environment) VALUES ($1, $3, 'live'), ($2, $3, 'dev')",
      uuidv7(),
      uuidv7(),
      second,
    );
    await sql(
      db,
      "INSERT INTO memberships (account_id, customer_id, role) VALUES ($1, $2, 'viewer')",
      accountId,
      second,
    );
    await signInAdmin(app);
    expect((await take()).map((entry) => entry.chain_id).sort()).toEqual([customerId, second].sort());
    await sql(db, "DELETE FROM memberships WHERE customer_id = $1", second);
  });

  it("is not written when the sign-in is not", async () => {
    const { app, db } = service();
    await sql(db, "ALTER TABLE refresh_tokens ADD CONSTRAINT planted CHECK (created_at < '2000-01-01') NOT VALID");
    expect((await signIn(admin)).statusCode).toBe(500);
    await sql(db, "ALTER TABLE refresh_tokens DROP CONSTRAINT planted");
    expect(await take()).toEqual([]);
    await signInAdmin(app);
  });
});

describe("sign_in.failed", () => {
  const failed = async () => {
    const [entry, ...more] = await take();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ action: "sign_in.failed", actor: { kind: "unknown", id: null } });
    return { chain: entry?.chain_id, target: entry?.target ?? null, detail: entry?.detail };
  };
  const target = () => ({ kind: "account", id: accountId });

  it("says why, whose account it was when it is known, and nothing that was typed", async () => {
    await signIn({ email: "nobody@clinic.example", password: "typed by mistake" });
    const text = JSON.stringify(await sql(service().db, "SELECT body FROM audit_entries"));
    expect(text).not.toMatch(/nobody|typed by mistake/);
    expect(await failed()).toEqual({
      chain: platformChainId,
      target: null,
      detail: { method: "password", reason: "unknown" },
    });
    await signIn({ ...admin, password: "wrong" });
    expect(await failed()).toEqual({
      chain: customerId,
      target: target(),
      detail: { method: "password", reason: "wrong_password" },
    });
  });

  it.each([
    ["disabled", "UPDATE accounts SET disabled_at = now()", "UPDATE accounts SET disabled_at = NULL"],
    [
      "no_membership",
      "UPDATE accounts SET operator = false; UPDATE memberships SET disabled_at = now()",
      "UPDATE accounts SET operator = true; UPDATE memberships SET disabled_at = NULL",
    ],
    [
      "no_membership",
      "UPDATE accounts SET operator = false; UPDATE customers SET suspended_at = now()",
      "UPDATE accounts SET operator = true; UPDATE customers SET suspended_at = NULL",
    ],
  ])("knows %s", async (reason, change, back) => {
    const { db } = service();
    for (const text of change.split(";")) await sql(db, text);
    hasher.takeCounts();
    expect((await signIn(admin)).statusCode).toBe(401);
    expect(hasher.takeCounts()).toEqual({ real: 0, decoys: 1 });
    for (const text of back.split(";")) await sql(db, text);
    expect(await failed()).toMatchObject({ target: target(), detail: { reason } });
  });

  it("knows an account without a password", async () => {
    const { db } = service();
    const [before] = await sql<{ password_hash: string }>(db, "SELECT password_hash FROM accounts");
    await sql(db, "UPDATE accounts SET password_hash = NULL");
    await signIn(admin);
    await sql(db, "UPDATE accounts SET password_hash = $1", before?.password_hash);
    expect(await failed()).toMatchObject({ detail: { reason: "no_password" } });
  });

  it("knows links that are nobody's, expired or of a suspended customer", async () => {
    const { db } = service();
    await withToken("nobody-has-this-token");
    expect(await failed()).toMatchObject({ chain: platformChainId, detail: { method: "token", reason: "unknown" } });
    await sql(db, "UPDATE customers SET suspended_at = now()");
    expect((await withToken(token)).statusCode).toBe(401);
    await sql(db, "UPDATE customers SET suspended_at = NULL");
    const whose = { kind: "respondent", id: respondentId };
    expect(await failed()).toEqual({
      chain: customerId,
      target: whose,
      detail: { method: "token", reason: "suspended" },
    });
    await sql(db, "UPDATE respondent_credentials SET token_expires_at = now() - interval '1 s'");
    expect((await withToken(token)).statusCode).toBe(401);
    await sql(db, "UPDATE respondent_credentials SET token_expires_at = NULL");
    expect(await failed()).toMatchObject({ target: whose, detail: { reason: "expired" } });
  });

  it("knows a respondent's wrong password, and one of a suspended customer", async () => {
    const { app, db } = service();
    const alias = (password: string) =>
      postJson(app, {
        url: "/signin/alias",
        payload: { surveyId: respondent.slug, userName: respondent.username, password },
      });
    expect((await alias("wrong")).statusCode).toBe(401);
    expect(await failed()).toMatchObject({
      chain: customerId,
      detail: { method: "password", reason: "wrong_password" },
    });
    await sql(db, "UPDATE customers SET suspended_at = now()");
    expect((await alias(respondent.password)).statusCode).toBe(401);
    await sql(db, "UPDATE customers SET suspended_at = NULL");
    expect(await failed()).toMatchObject({ detail: { reason: "suspended" } });
    expect((await alias(respondent.password)).statusCode).toBe(200);
  });
});

describe("sign_in.ended", () => {
  const out = (refreshToken: string) =>
    service().app.inject({ method: "POST", url: "/signout", headers: { "x-auth-token": refreshToken } });

  it("is written once, however often somebody signs out", async () => {
    const refreshToken = await signInAdmin(service().app);
    await take();
    for (let index = 0; index < 3; index += 1) expect((await out(refreshToken)).statusCode).toBe(204);
    expect(await take()).toMatchObject([
      {
        chain_id: customerId,
        action: "sign_in.ended",
        actor: { kind: "account", id: accountId },
        target: { kind: "sign_in", id: claimsOf(refreshToken).sid },
        detail: { reason: "signed_out" },
      },
    ]);
  });

  it("is written for a respondent's browser as well", async () => {
    const cookie = cookieOf(await withToken(token, "?delivery=cookie"));
    await take();
    await service().app.inject({ method: "POST", url: "/signout?delivery=cookie", cookies: { [cookieName]: cookie } });
    expect(await take()).toMatchObject([
      { chain_id: customerId, action: "sign_in.ended", actor: { kind: "respondent", id: respondentId } },
    ]);
  });
});

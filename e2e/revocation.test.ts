import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type LocalStack, startLocalStack } from "@roundtrip/test-harness/local-stack";
import { runSql } from "@roundtrip/test-harness/run-sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, expectStatus, type Json } from "./integrator.ts";

type Headers = Readonly<Record<string, string>>;

/** One operation of one process that takes keys and tokens. */
interface Door {
  readonly name: string;
  readonly url: string;
  readonly body?: unknown;
}

/** From the answer to the change to the last answer that still lets the credential in. */
const withinMs = 1_000;

let stack: LocalStack;
/** Both processes of auth-service: credentials are made at one and taken away at the other. */
let first: string;
let second: string;
/** Reads in each process, and changes that take an admin. */
let doors: readonly Door[];
let adminDoors: readonly Door[];
let owner: Headers;
let customerId: string;
let live: string;

beforeAll(async () => {
  stack = await startLocalStack({ twoAuthServices: true, env: { auth: { LIMITS_EXEMPT_CIDRS: "127.0.0.0/8" } } });
  const base = (name: "auth" | "survey" | "notify") => `http://127.0.0.1:${stack.ports[name]}`;
  [first, second] = [base("auth"), stack.secondAuth?.url ?? ""];
  const question = { token: "nonsense" };
  doors = [
    { name: "auth-service", url: `${first}/v2/tokens/introspect`, body: question },
    { name: "auth-service, second process", url: `${second}/v2/tokens/introspect`, body: question },
    { name: "survey-service", url: `${base("survey")}/v2/surveys` },
    { name: "notify-service", url: `${base("notify")}/v2/webhooks` },
  ];
  adminDoors = [
    { name: "survey-service", url: `${base("survey")}/v2/surveys`, body: {} },
    { name: "notify-service", url: `${base("notify")}/v2/webhooks`, body: {} },
  ];
  owner = { ...(await signIn(stack.admin)), "x-workspace": "live" };
  const me = await expectStatus(200, call(`${first}/v2/me`, { headers: owner }));
  const [membership] = me.body["memberships"] as { customer_id: string; live: string }[]; // the contract of `GET /v2/me`
  customerId = membership?.customer_id ?? "";
  live = membership?.live ?? "";
});
afterAll(() => stack?.stop());

const signIn = async ({ email, password }: { email: string; password: string }): Promise<Headers> => {
  const signedIn = await expectStatus(200, call(`${first}/signin`, { body: { email, password } }));
  const headers = { "x-auth-token": String(signedIn.body["refreshToken"]) };
  const refreshed = await expectStatus(200, call(`${first}/refresh`, { method: "POST", headers }));
  return { authorization: `Bearer ${String(refreshed.body["accessToken"])}` };
};

/** Somebody of the staff with the administrator's password. */
const addAccount = async (role: string): Promise<{ accountId: string; headers: Headers }> => {
  const accountId = randomUUID();
  const email = `${accountId}@staff.example`;
  await runSql(
    stack.databaseUrls.auth,
    `WITH account AS (INSERT INTO accounts (account_id, email, email_key, password_hash)
       SELECT $1, $2::text, $2, password_hash FROM accounts WHERE email = $3)
     INSERT INTO memberships (account_id, customer_id, role) VALUES ($1, $4, $5)`,
    [accountId, email, stack.admin.email, customerId, role],
  );
  return { accountId, headers: await signIn({ email, password: stack.admin.password }) };
};

const makeKey = async (headers: Headers = owner): Promise<Json> =>
  (await expectStatus(201, call(`${first}/v2/api-keys`, { headers, body: { name: "e2e", environment: "live" } }))).body;

const allScopes = ["surveys:read", "surveys:write", "webhooks:read", "webhooks:write", "tokens:read"];
const makeToken = async (headers: Headers): Promise<Json> => {
  const body = { name: "e2e", expires_at: new Date(Date.now() + 86_400_000).toISOString(), scopes: allScopes };
  return (await expectStatus(201, call(`${first}/v2/me/personal-access-tokens`, { headers, body }))).body;
};
const asKey = (made: Json): Headers => ({ "x-api-key": String(made["key"]) });
const asToken = (made: Json): Headers => ({ authorization: `Bearer ${String(made["token"])}`, "x-workspace": "live" });

const statusAt = async (door: Door, headers: Headers): Promise<number> =>
  (await call(door.url, { headers, ...(door.body === undefined ? {} : { body: door.body }) })).status;

/** Statuses before and after a change, and how long each door took to hear of it. */
interface Expected {
  readonly at: readonly Door[];
  readonly before: number;
  readonly after: number;
}

/** Warms every cache, makes the change at the second process, and asks every door until it refuses. */
const expectWithinASecond = async (headers: Headers, expected: Expected, change: () => Promise<unknown>) => {
  for (let round = 0; round < 3; round += 1) {
    for (const door of expected.at)
      expect([door.name, await statusAt(door, headers)]).toEqual([door.name, expected.before]);
  }
  await change();
  const changedAt = Date.now();
  const took = await Promise.all(
    expected.at.map(async (door) => {
      for (;;) {
        const sentAt = Date.now();
        const status = await statusAt(door, headers);
        if (status === expected.after) return { name: door.name, ms: sentAt - changedAt };
        expect([door.name, status]).toEqual([door.name, expected.before]);
        expect(sentAt - changedAt).toBeLessThan(withinMs);
      }
    }),
  );
  for (const { name, ms } of took) expect([name, ms < withinMs]).toEqual([name, true]);
  console.log(took.map(({ name, ms }) => `${name} after ${ms} ms`).join(", "));
  // It stays refused.
  for (const door of expected.at) expect(await statusAt(door, headers)).toBe(expected.after);
};

const at = (path: string, method: string, body?: unknown) => () =>
  call(`${second}${path}`, { method, headers: owner, ...(body === undefined ? {} : { body }) }).then((answer) => {
    expect(answer.status).toBeLessThan(300);
  });

describe("within a second, in every process", () => {
  it("a revoked key is refused", async () => {
    const key = await makeKey();
    const revoke = at(`/v2/api-keys/${String(key["api_key_id"])}`, "DELETE");
    await expectWithinASecond(asKey(key), { at: doors, before: 200, after: 401 }, revoke);
  });

  it("a key that was replaced without an overlap is refused, and its successor is taken", async () => {
    const key = await makeKey();
    let successor: Json = {};
    const rotate = async () => {
      const url = `${second}/v2/api-keys/${String(key["api_key_id"])}/rotate`;
      successor = (await expectStatus(201, call(url, { headers: owner, body: { overlap_seconds: 0 } }))).body;
    };
    await expectWithinASecond(asKey(key), { at: doors, before: 200, after: 401 }, rotate);
    for (const door of doors) expect(await statusAt(door, asKey(successor))).toBe(200);
  });

  it("a revoked personal access token is refused", async () => {
    const { headers } = await addAccount("viewer");
    const token = await makeToken(headers);
    const url = `${second}/v2/me/personal-access-tokens/${String(token["personal_access_token_id"])}`;
    const revoke = () => expectStatus(204, call(url, { method: "DELETE", headers }));
    await expectWithinASecond(asToken(token), { at: doors, before: 200, after: 401 }, revoke);
  });

  it("an action token is known no more once its key is revoked", async () => {
    const [key, asker] = [await makeKey(), await makeKey()];
    const userId = randomUUID();
    await runSql(
      stack.databaseUrls.survey,
      "INSERT INTO users (user_id, workspace_id, external_user_id) VALUES ($1, $2, $3)",
      [userId, live, "patient / 1"],
    );
    const body = { external_user_id: "patient / 1" };
    const made = await expectStatus(201, call(`${first}/v2/action-tokens`, { headers: asKey(key), body }));
    const token = String(made.body["token"]);
    const introspect = async () =>
      (await expectStatus(200, call(`${second}/v2/tokens/introspect`, { headers: asKey(asker), body: { token } })))
        .body;
    expect(await introspect()).toMatchObject({ active: true, token_type: "action_token", sub: userId });
    const revoke = at(`/v2/api-keys/${String(key["api_key_id"])}`, "DELETE");
    // None of these operations is for action tokens: a good one is forbidden, a dead one unknown.
    await expectWithinASecond({ authorization: `Token ${token}` }, { at: doors, before: 403, after: 401 }, revoke);
    expect(await introspect()).toEqual({ active: false });
  });

  it("the token of a disabled owner is refused", async () => {
    const { accountId, headers } = await addAccount("admin");
    const disable = at(`/v2/accounts/${accountId}`, "PATCH", { disabled: true });
    await expectWithinASecond(asToken(await makeToken(headers)), { at: doors, before: 200, after: 401 }, disable);
  });

  it("the token of somebody who has left is refused", async () => {
    const { accountId, headers } = await addAccount("admin");
    const remove = at(`/v2/accounts/${accountId}`, "DELETE");
    await expectWithinASecond(asToken(await makeToken(headers)), { at: doors, before: 200, after: 401 }, remove);
  });

  it("a token loses the role that its owner loses", async () => {
    const { accountId, headers } = await addAccount("admin");
    const demote = at(`/v2/accounts/${accountId}`, "PATCH", { role: "viewer" });
    const expected = { at: adminDoors, before: 422, after: 403 };
    await expectWithinASecond(asToken(await makeToken(headers)), expected, demote);
  });

  it("an origin that is not allowed any more is refused, with a key and with a token", async () => {
    const origin = "https://portal.example";
    const allow = at("/v2/workspace", "PATCH", { allowed_origins: [origin] });
    const forbid = at("/v2/workspace", "PATCH", { allowed_origins: [] });
    const { headers } = await addAccount("viewer");
    for (const each of [asKey(await makeKey()), asToken(await makeToken(headers))]) {
      await allow();
      await sleep(200);
      await expectWithinASecond({ ...each, origin }, { at: doors, before: 200, after: 403 }, forbid);
    }
  });

  it("the keys of a suspended customer are refused, and nobody else's", async () => {
    const body = { name: "Another" };
    const other = (await expectStatus(201, call(`${first}/v2/customers`, { headers: owner, body }))).body;
    await runSql(
      stack.databaseUrls.auth,
      "INSERT INTO memberships (account_id, customer_id, role) SELECT account_id, $1, 'owner' FROM accounts WHERE email = $2",
      [other["customer_id"], stack.admin.email],
    );
    const [workspace] = await runSql<{ workspace_id: string }>(
      stack.databaseUrls.auth,
      "SELECT workspace_id FROM workspaces WHERE customer_id = $1 AND environment = 'live'",
      [other["customer_id"]],
    );
    const ours = await makeKey();
    const theirs = await makeKey({ ...(await signIn(stack.admin)), "x-workspace": workspace?.workspace_id ?? "" });
    const suspend = at(`/v2/customers/${String(other["customer_id"])}`, "PATCH", { suspended: true });
    await expectWithinASecond(asKey(theirs), { at: doors, before: 200, after: 401 }, suspend);
    for (const door of doors) expect(await statusAt(door, asKey(ours))).toBe(200);
  });
});

describe("while both processes of auth-service are dead", () => {
  it("goes on with the keys and tokens that are known, says 503 of others, and hears of a revocation once they are back", async () => {
    const { headers } = await addAccount("viewer");
    const [key, unused, token] = [await makeKey(), await makeKey(), await makeToken(headers)];
    const verifiers = doors.slice(2);
    const all = async (credential: Headers) => Promise.all(verifiers.map((door) => statusAt(door, credential)));
    for (const credential of [asKey(key), asToken(token)]) expect(await all(credential)).toEqual([200, 200]);
    const processes = [stack.services.auth, stack.secondAuth?.service];
    // Killed, and not started again.
    for (const each of processes) {
      await each?.kill9();
      await each?.stop();
    }
    await expect(call(`${first}/v2/me`)).rejects.toThrow();
    const diedAt = Date.now();
    // Past the 30 s for which an answer counts as fresh.
    while (Date.now() - diedAt < 33_000) {
      for (const credential of [asKey(key), asToken(token)]) expect(await all(credential)).toEqual([200, 200]);
      expect(await all(asKey(unused))).toEqual([503, 503]);
      expect(await all({ "x-api-key": "rt_live_malformed" })).toEqual([401, 401]);
      await sleep(1_000);
    }
    for (const each of processes) await each?.start();
    const revoke = at(`/v2/api-keys/${String(key["api_key_id"])}`, "DELETE");
    await expectWithinASecond(asKey(key), { at: doors, before: 200, after: 401 }, revoke);
  });
});

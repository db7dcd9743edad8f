import { allOperations } from "@roundtrip/contracts/openapi";
import { type Database, openDatabase } from "@roundtrip/database/database";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  addAccount,
  addCustomer,
  bearer,
  type Customer,
  call,
  run,
  type SignedIn,
  signIn,
} from "./test/credentials.ts";
import { admin, type House, openHouse } from "./test/open-house.ts";

const databases = {
  auth: useTestDatabase("auth").database,
  survey: useTestDatabase("survey").database,
  notify: useTestDatabase("notify").database,
};
let house: House;
let db: Database;
let theirs: Customer;
let operator: SignedIn;
beforeAll(async () => {
  db = openDatabase({ url: databases.auth().url, name: "ended", poolSizeMax: 2 });
  house = await openHouse({
    auth: databases.auth().url,
    survey: databases.survey().url,
    notify: databases.notify().url,
  });
  theirs = await addCustomer(db);
  operator = await signIn(house.app, admin.email);
});
afterAll(async () => {
  await house.close();
  await db.close();
});

let people = 0;
const addOwner = async (): Promise<{ readonly email: string; readonly accountId: string; readonly own: SignedIn }> => {
  people += 1;
  const email = `owner-${people}@others.example`;
  const accountId = await addAccount(db, { email, customerId: theirs.customerId, role: "owner" });
  return { email, accountId, own: await signIn(house.app, email) };
};

/** Every operation of the three services that takes an account's access token. */
const guarded = allOperations.filter(({ access }) => access.kind === "account" || access.kind === "workspace");

const send = (operation: (typeof guarded)[number], token: string) =>
  house.app.inject({
    method: operation.method,
    url: operation.path.replaceAll(/:(\w+)/g, "01890000-0000-7000-8000-000000000000"),
    headers: { ...bearer(token, theirs.live), ...(operation.method === "GET" ? {} : json) },
    ...(operation.method === "GET" ? {} : { payload: "{}" }),
  });
const json = { "content-type": "application/json" };

const doorsThatOpen = async (token: string): Promise<string[]> => {
  const open: string[] = [];
  for (const operation of guarded) {
    const { statusCode } = await send(operation, token);
    if (statusCode !== 401) open.push(`${operation.method} ${operation.path}: ${statusCode}`);
  }
  return open;
};

const colleague = async (): Promise<Record<string, string>> => bearer((await addOwner()).own.accessToken, theirs.live);

describe("an access token that is still young is refused by every service", () => {
  it("once its sign-in was signed out", async () => {
    const { own } = await addOwner();
    expect((await doorsThatOpen(own.accessToken)).length).toBe(guarded.length);
    const again = await addOwner();
    await call(house.app, { url: "/signout", headers: { "x-auth-token": again.own.refreshToken } });
    expect(await doorsThatOpen(again.own.accessToken)).toEqual([]);
  });

  it("once its sign-in was ended from elsewhere", async () => {
    const { email, own } = await addOwner();
    const other = await signIn(house.app, email);
    const headers = bearer(other.accessToken);
    const { data } = await call(house.app, { method: "GET", url: "/v2/me/sign-ins", headers });
    const ended = data.find((item: { current: boolean }) => !item.current);
    await call(house.app, { method: "DELETE", url: `/v2/me/sign-ins/${ended.sign_in_id}`, headers });
    expect(await doorsThatOpen(own.accessToken)).toEqual([]);
    expect(await doorsThatOpen(other.accessToken)).toHaveLength(guarded.length);
  });

  it("once the password was changed in another sign-in, which goes on", async () => {
    const { email, own } = await addOwner();
    const other = await signIn(house.app, email);
    const body = { current_password: admin.password, password: "altogether another phrase" };
    await call(house.app, { url: "/v2/me/password", headers: bearer(other.accessToken), body });
    expect(await doorsThatOpen(own.accessToken)).toEqual([]);
    expect((await send(guarded[0] ?? expect.fail(), other.accessToken)).statusCode).toBe(200);
  });

  it.each([
    ["got another role", "PATCH", { role: "viewer" }],
    ["was disabled", "PATCH", { disabled: true }],
    ["was taken out of the customer", "DELETE", undefined],
  ] as const)("once its account %s", async (_name, method, body) => {
    const headers = await colleague();
    const { accountId, own } = await addOwner();
    await call(house.app, { method, url: `/v2/accounts/${accountId}`, headers, ...(body ? { body } : {}) });
    expect(await doorsThatOpen(own.accessToken)).toEqual([]);
  });

  it("once its account is disabled in the database, at every door of auth-service, without a word on the bus", async () => {
    const { accountId, own } = await addOwner();
    await run(db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", accountId);
    const open = await doorsThatOpen(own.accessToken);
    expect(
      open.filter((door) => guarded.some((each) => each.service === "auth" && door.includes(` ${each.path}:`))),
    ).toEqual([]);
  });

  it("once its customer is suspended", async () => {
    const { own } = await addOwner();
    const body = { suspended: true };
    const url = `/v2/customers/${theirs.customerId}`;
    await call(house.app, { method: "PATCH", url, headers: bearer(operator.accessToken), body });
    // Over the bus: a moment, and never more than a second.
    await vi.waitFor(async () =>
      expect((await send(guarded[0] ?? expect.fail(), own.accessToken)).statusCode).toBe(401),
    );
    expect(await doorsThatOpen(own.accessToken)).toEqual([]);
    await call(house.app, { method: "PATCH", url, headers: bearer(operator.accessToken), body: { suspended: false } });
  });
});

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { inADay, type MadeKey, makeKey } from "../test/machine-credentials.ts";
import { auditEntries, findClinic, headersOf, type MadeAccount, makeAccount } from "../test/make-staff.ts";
import { adminHeaders, postJson, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
let owner: Record<string, string>;
let customerId: string;
let account: MadeAccount;
/** Of an access token that goes on for minutes, whatever happens to its account. */
let headers: Record<string, string>;
let key: MadeKey;
beforeAll(async () => {
  owner = await adminHeaders(service().app);
  customerId = (await findClinic(service().db)).customerId;
});
beforeEach(async () => {
  const { app, db } = service();
  account = await makeAccount(db, { [customerId]: "admin" });
  headers = await headersOf(app, account);
  key = await makeKey(app, owner);
});

const makers = [
  ["an API key", "/v2/api-keys", { name: "Portal", environment: "live" }],
  ["a successor", "/v2/api-keys/:id/rotate", { overlap_seconds: 60 }],
  [
    "a personal access token",
    "/v2/me/personal-access-tokens",
    { name: "Script", expires_at: inADay(), scopes: ["users:read"] },
  ],
] as const;
const post = (url: string, payload: object) =>
  postJson(service().app, { url: url.replace(":id", key.api_key_id), payload, headers });
const change = (text: string) => sql(service().db, text, account.accountId);
const countMade = async (): Promise<number> => {
  const made = await Promise.all(
    ["api_key.created", "api_key.rotated", "personal_access_token.created"].map((action) =>
      auditEntries(service().db, action),
    ),
  );
  return made.flat().filter(({ body }) => body.actor.id === account.accountId).length;
};

describe.each(makers)("%s", (_name, url, payload) => {
  it("is made by who may", async () => {
    expect((await post(url, payload)).statusCode).toBe(201);
    expect(await countMade()).toBe(1);
  });

  it.each([
    ["the account was disabled", "UPDATE accounts SET disabled_at = now() WHERE account_id = $1"],
    ["its sign-in was ended", "UPDATE sign_ins SET revoked_at = now() WHERE account_id = $1"],
    ["its sign-in has run out", "UPDATE sign_ins SET absolute_expires_at = now() WHERE account_id = $1"],
    ["its sign-in is gone", "DELETE FROM sign_ins WHERE account_id = $1"],
  ])("is not made any more once %s, although the access token goes on", async (_reason, text) => {
    await change(text);
    expect((await post(url, payload)).json()).toMatchObject({ status: 401, code: "unauthorized" });
    expect(await countMade()).toBe(0);
  });
});

describe.each(makers.slice(0, 2))("%s", (_name, url, payload) => {
  it.each([
    ["the role is less", "UPDATE memberships SET role = 'viewer' WHERE account_id = $1"],
    ["the membership is disabled", "UPDATE memberships SET disabled_at = now() WHERE account_id = $1"],
    ["the account has left the customer", "DELETE FROM memberships WHERE account_id = $1"],
  ])("is not made any more once %s", async (_reason, text) => {
    await change(text);
    expect((await post(url, payload)).json()).toMatchObject({ status: 403, code: "forbidden" });
    expect(await countMade()).toBe(0);
  });
});

it("makes nothing for a suspended customer", async () => {
  await sql(service().db, "UPDATE customers SET suspended_at = now() WHERE customer_id = $1", customerId);
  const response = await post("/v2/api-keys", { name: "Portal", environment: "live" });
  await sql(service().db, "UPDATE customers SET suspended_at = NULL WHERE customer_id = $1", customerId);
  expect(response.statusCode).toBe(403);
});

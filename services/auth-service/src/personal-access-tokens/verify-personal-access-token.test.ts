import { credentialSha256 } from "@roundtrip/access-token/credential-format";
import { verifyCredential as rpc } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asToken, introspect, makeKey, makeToken } from "../test/machine-credentials.ts";
import {
  findClinic,
  headersOf,
  type MadeAccount,
  type MadeCustomer,
  makeAccount,
  makeCustomer,
} from "../test/make-staff.ts";
import { adminHeaders, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
let owner: Record<string, string>;
let clinic: MadeCustomer;
let account: MadeAccount;
let token: string;
beforeAll(async () => {
  owner = await adminHeaders(service().app);
  clinic = await findClinic(service().db);
});
beforeEach(async () => {
  const { app, db } = service();
  account = await makeAccount(db, { [clinic.customerId]: "viewer" });
  token = (await makeToken(app, await headersOf(app, account))).token;
});
const use = async (workspace = "live", more: Record<string, string> = {}) => {
  const response = await introspect(service().app, { ...asToken(token, workspace), ...more });
  return { status: response.statusCode, ...response.json() };
};
const change = (text: string) => sql(service().db, text, account.accountId);

describe("a personal access token", () => {
  it("works in both workspaces of its owner's customer, and in no other", async () => {
    const other = await makeCustomer(service().db);
    for (const workspace of ["live", "dev", clinic.live, clinic.dev]) expect((await use(workspace)).status).toBe(200);
    for (const workspace of ["", other.live, other.dev]) expect((await use(workspace)).status).toBe(403);
  });

  it.each([
    ["its owner is disabled", "UPDATE accounts SET disabled_at = now() WHERE account_id = $1"],
    ["its owner's only membership is", "UPDATE memberships SET disabled_at = now() WHERE account_id = $1"],
    ["its owner has left", "DELETE FROM memberships WHERE account_id = $1"],
    ["it has expired", "UPDATE personal_access_tokens SET expires_at = now() WHERE account_id = $1"],
    ["it was revoked", "UPDATE personal_access_tokens SET revoked_at = now() WHERE account_id = $1"],
  ])("is worth nothing once %s", async (_reason, text) => {
    expect((await use()).status).toBe(200);
    await change(text);
    expect(await use()).toMatchObject({ status: 401, code: "unauthorized" });
  });

  it("works again when its owner is let in again: it was never changed", async () => {
    await change("UPDATE accounts SET disabled_at = now() WHERE account_id = $1");
    expect((await use()).status).toBe(401);
    await change("UPDATE accounts SET disabled_at = NULL WHERE account_id = $1");
    expect((await use()).status).toBe(200);
  });

  it("is worth nothing for a suspended customer, and goes on for its owner's others", async () => {
    const { db } = service();
    const other = await makeCustomer(db);
    const insert = "INSERT INTO memberships (account_id, customer_id, role) VALUES ($1, $2, 'viewer')";
    await sql(db, insert, account.accountId, other.customerId);
    await sql(db, "UPDATE customers SET suspended_at = now() WHERE customer_id = $1", other.customerId);
    expect((await use(other.live)).status).toBe(403);
    expect((await use(clinic.live)).status).toBe(200);
  });

  it("follows its owner's role of the moment, up and down, for every service that asks", async () => {
    const roleOf = async (): Promise<string> => {
      const question = { kind: "personal_access_token", credential_sha256: credentialSha256(token) };
      const answer = await service().bus.request(rpc.subject, JSON.stringify(question), 2_000);
      return JSON.parse(answer).verified.memberships[0].role;
    };
    expect(await roleOf()).toBe("viewer");
    await change("UPDATE memberships SET role = 'owner' WHERE account_id = $1");
    expect(await roleOf()).toBe("owner");
    await change("UPDATE memberships SET role = 'viewer' WHERE account_id = $1");
    expect(await roleOf()).toBe("viewer");
  });

  it("needs the operation's scope as well", async () => {
    const { app } = service();
    const narrow = await makeToken(app, await headersOf(app, account), { scopes: ["users:read"] });
    expect((await introspect(app, asToken(narrow.token))).json()).toMatchObject({
      status: 403,
      detail: expect.stringContaining("tokens:read"),
    });
  });

  it("may come from a page only at the workspace's own origins", async () => {
    const { db } = service();
    const text = "UPDATE workspaces SET allowed_origins = '{https://portal.example}' WHERE workspace_id = $1";
    await sql(db, text, clinic.live);
    expect((await use("live", { origin: "https://portal.example" })).status).toBe(200);
    for (const [workspace, origin] of [
      ["dev", "https://portal.example"],
      ["live", "https://evil.example"],
      ["live", "null"],
    ] as const) {
      expect(await use(workspace, { origin })).toMatchObject({ status: 403, code: "origin_not_allowed" });
    }
  });
});

describe("an API key", () => {
  it("is worth nothing while its customer is suspended", async () => {
    const { app, db } = service();
    const { key } = await makeKey(app, owner);
    const status = async () => (await introspect(app, { "x-api-key": key })).statusCode;
    expect(await status()).toBe(200);
    await sql(db, "UPDATE customers SET suspended_at = now() WHERE customer_id = $1", clinic.customerId);
    expect(await status()).toBe(401);
    await sql(db, "UPDATE customers SET suspended_at = NULL WHERE customer_id = $1", clinic.customerId);
    expect(await status()).toBe(200);
  });
});

import { credentialWord } from "@roundtrip/access-token/credential-format";
import { scopes } from "@roundtrip/contracts/scope";
import { beforeAll, describe, expect, it } from "vitest";
import { asToken, inADay, introspect, makeKey, makeToken } from "../test/machine-credentials.ts";
import { auditEntries, findClinic, headersOf, makeAccount, makeCustomer } from "../test/make-staff.ts";
import { adminHeaders, postJson, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
let headers: Record<string, string>;
beforeAll(async () => {
  headers = await adminHeaders(service().app);
});
const valid = { name: "Script", expires_at: inADay(), scopes: ["users:read"] };
const create = (payload: unknown, as: Record<string, string> = headers) =>
  postJson(service().app, { url: "/v2/me/personal-access-tokens", payload, headers: as });

describe("201", () => {
  it("shows the token this once and stores only its digest", async () => {
    const response = await create(valid);
    expect(response.statusCode).toBe(201);
    expect(response.headers["cache-control"]).toBe("no-store");
    const body = response.json();
    expect(body).toEqual({
      personal_access_token_id: expect.any(String),
      name: "Script",
      prefix: body.token.slice(0, 13),
      scopes: ["users:read"],
      created_at: expect.any(String),
      expires_at: valid.expires_at,
      token: expect.stringMatching(/^rt_pat_[0-9A-Za-z]{49}$/),
    });
    expect(credentialWord(body.token)).toBe("pat");
    const [row] = await sql<{ text: string }>(
      service().db,
      "SELECT to_jsonb(t)::text AS text FROM personal_access_tokens t WHERE personal_access_token_id = $1",
      body.personal_access_token_id,
    );
    expect(row?.text).not.toContain(body.token.slice(13));
  });

  it("is written to the audit log of every customer of the owner, without the token or its name", async () => {
    const { app, db } = service();
    const [clinic, other] = [await findClinic(db), await makeCustomer(db)];
    const account = await makeAccount(db, { [clinic.customerId]: "viewer", [other.customerId]: "viewer" });
    const { token, personal_access_token_id } = await makeToken(app, await headersOf(app, account), { name: "Hidden" });
    const entries = (await auditEntries(db, "personal_access_token.created")).filter(
      ({ body }) => body.target?.id === personal_access_token_id,
    );
    expect(entries.map(({ chainId }) => chainId).sort()).toEqual([clinic.customerId, other.customerId].sort());
    for (const { body } of entries) expect(body.actor).toEqual({ kind: "account", id: account.accountId });
    expect(JSON.stringify(entries)).not.toContain(token.slice(13));
    expect(JSON.stringify(entries)).not.toContain("Hidden");
  });
});

describe("409", () => {
  it("is said beyond 50 that work, also to parallel requests; a revoked or expired one makes room", async () => {
    const { app, db } = service();
    const { customerId } = await findClinic(db);
    const account = await makeAccount(db, { [customerId]: "viewer" });
    const theirs = await headersOf(app, account);
    const statuses = (await Promise.all(Array.from({ length: 60 }, () => create(valid, theirs)))).map(
      (response) => response.statusCode,
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.filter((status) => status === 409)).toHaveLength(10);
    await sql(
      db,
      `UPDATE personal_access_tokens SET expires_at = now() WHERE personal_access_token_id =
         (SELECT min(personal_access_token_id::text)::uuid FROM personal_access_tokens WHERE account_id = $1)`,
      account.accountId,
    );
    const made = await create(valid, theirs);
    expect(made.statusCode).toBe(201);
    expect((await create(valid, theirs)).json()).toMatchObject({ code: "conflict" });
    const url = `/v2/me/personal-access-tokens/${made.json().personal_access_token_id}`;
    await app.inject({ method: "DELETE", url, headers: theirs });
    expect((await create(valid, theirs)).statusCode).toBe(201);
    expect((await create(valid)).statusCode).toBe(201);
  });
});

describe("401 and 403", () => {
  it("is for signed-in accounts: no key and no token makes one", async () => {
    const { app } = service();
    const { key } = await makeKey(app, headers);
    const { token } = await makeToken(app, headers, { scopes });
    expect((await create(valid, {})).statusCode).toBe(401);
    expect((await create(valid, { "x-api-key": key })).statusCode).toBe(401);
    expect((await create(valid, asToken(token))).json()).toMatchObject({ status: 403, code: "forbidden" });
  });

  it("lets a token make nothing that is a credential, whatever its scopes", async () => {
    const { app } = service();
    const { api_key_id } = await makeKey(app, headers);
    const { token } = await makeToken(app, headers, { scopes });
    expect((await introspect(app, asToken(token))).statusCode).toBe(200);
    for (const [url, payload] of [
      ["/v2/api-keys", { name: "Portal", environment: "live" }],
      [`/v2/api-keys/${api_key_id}/rotate`, { overlap_seconds: 0 }],
      ["/v2/action-tokens", { external_user_id: "p1" }],
      ["/v2/me/personal-access-tokens", valid],
    ] as const) {
      expect([url, (await postJson(app, { url, payload, headers: asToken(token) })).statusCode]).toEqual([url, 403]);
    }
  });
});

describe("422", () => {
  it.each([
    ["no name", { ...valid, name: undefined }, "name"],
    ["a name of two characters", { ...valid, name: "ab" }, "name"],
    ["a name of 129 characters", { ...valid, name: "x".repeat(129) }, "name"],
    ["NUL in the name", { ...valid, name: "abc\u0000" }, "name"],
    ["half a character in the name", { ...valid, name: "abc\ud800" }, "name"],
    ["no expiry", { ...valid, expires_at: undefined }, "expires_at"],
    ["an endless life", { ...valid, expires_at: null }, "expires_at"],
    ["an expiry in the past", { ...valid, expires_at: "2020-01-01T00:00:00.000Z" }, "expires_at"],
    [
      "an expiry in three years",
      { ...valid, expires_at: new Date(Date.now() + 3 * 31_557_600_000).toISOString() },
      "expires_at",
    ],
    ["no scopes", { ...valid, scopes: undefined }, "scopes"],
    ["an empty list of scopes", { ...valid, scopes: [] }, "scopes"],
    ["a smuggled owner", { ...valid, account_id: "x" }, "account_id"],
  ])("refuses %s and says where", async (_name, payload, member) => {
    const response = await create(payload);
    expect(response.statusCode).toBe(422);
    expect(response.json().detail[0].loc).toEqual(["body", member]);
  });

  it("takes names of 3 and 128 characters", async () => {
    for (const name of ["abc", "😀".repeat(128)]) expect((await create({ ...valid, name })).statusCode).toBe(201);
  });
});

import { isApiKey } from "@roundtrip/access-token/api-key-format";
import { scopes } from "@roundtrip/contracts/scope";
import { beforeAll, describe, expect, it } from "vitest";
import { auditEntries, findClinic, headersOf, makeAccount, makeCustomer } from "../test/make-staff.ts";
import { adminHeaders, postJson, refresh, signInAdmin, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
let headers: Record<string, string>;
beforeAll(async () => {
  headers = await adminHeaders(service().app);
});
const create = (payload: unknown, as: Record<string, string> = headers) =>
  postJson(service().app, { url: "/v2/api-keys", payload, headers: as });

describe("201", () => {
  it("shows the key this once and stores only its digest", async () => {
    const response = await create({ name: "Portal", environment: "live" });
    expect(response.statusCode).toBe(201);
    const body = response.json();
    expect(body).toEqual({
      api_key_id: expect.any(String),
      name: "Portal",
      environment: "live",
      prefix: body.key.slice(0, 14),
      scopes,
      created_at: expect.any(String),
      expires_at: null,
      key: expect.stringMatching(/^rt_live_/),
    });
    expect(isApiKey(body.key)).toBe(true);
    expect(response.headers["cache-control"]).toBe("no-store");
    const [row] = await sql<{ text: string }>(
      service().db,
      "SELECT to_jsonb(k)::text AS text FROM api_keys k WHERE api_key_id = $1",
      body.api_key_id,
    );
    expect(row?.text).not.toContain(body.key.slice(14));
  });

  it("keeps to the scopes and the expiry that were asked for, in the workspace that the environment names", async () => {
    const expires_at = "2099-01-01T00:00:00.000Z";
    const response = await create({ name: "Reader", environment: "dev", scopes: ["users:read"], expires_at });
    expect(response.json()).toMatchObject({
      key: expect.stringMatching(/^rt_dev_/),
      scopes: ["users:read"],
      expires_at,
    });
    const [row] = await sql(
      service().db,
      "SELECT environment FROM api_keys JOIN workspaces USING (workspace_id) WHERE api_key_id = $1",
      response.json().api_key_id,
    );
    expect(row).toEqual({ environment: "dev" });
  });
});

describe("the audit log", () => {
  it("tells who made which key for which workspace, and never the key", async () => {
    const { key, api_key_id } = (
      await create({ name: "Secret project", environment: "dev", scopes: ["users:read"] })
    ).json();
    const { customerId, dev } = await findClinic(service().db);
    const entry = (await auditEntries(service().db, "api_key.created")).at(-1);
    expect(entry).toMatchObject({
      chainId: customerId,
      body: {
        actor: { kind: "account", id: expect.any(String) },
        workspace_id: dev,
        target: { kind: "api_key", id: api_key_id },
        detail: { prefix: key.slice(0, 13), scopes: "users:read", expires_at: null },
      },
    });
    expect(JSON.stringify(entry)).not.toContain(key.slice(13));
    expect(JSON.stringify(entry)).not.toContain("Secret project");
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await create({ name: "Portal", environment: "live" }, {})).statusCode).toBe(401);
  });
});

describe("403", () => {
  it("is not for API keys: a leaked key cannot make itself a successor", async () => {
    const { key } = (await create({ name: "Portal", environment: "dev" })).json();
    const response = await create({ name: "Successor", environment: "dev" }, { "x-api-key": key });
    expect(response.json()).toMatchObject({ status: 403, code: "forbidden" });
  });

  it("refuses a live key from a browser before anything else", async () => {
    const { key } = (await create({ name: "Portal", environment: "live" })).json();
    const response = await create({}, { "x-api-key": key, origin: "https://portal.example" });
    expect(response.json()).toMatchObject({ status: 403, code: "origin_not_allowed" });
  });

  it("wants an admin", async () => {
    const { app, db } = service();
    const token = await signInAdmin(app);
    await sql(db, "UPDATE memberships SET role = 'viewer'");
    const { accessToken } = (await refresh(app, token)).json<{ accessToken: string }>();
    await sql(db, "UPDATE memberships SET role = 'owner'");
    const viewer = { "x-auth-token": accessToken, "x-workspace": "live" };
    expect((await create({ name: "Portal", environment: "live" }, viewer)).statusCode).toBe(403);
  });
});

describe("409", () => {
  it("is said beyond 100 that work in a workspace, also to parallel admins; a revoked or expired one makes room", async () => {
    const { app, db } = service();
    const busy = await makeCustomer(db);
    const admins = [
      await headersOf(app, await makeAccount(db, { [busy.customerId]: "owner" })),
      await headersOf(app, await makeAccount(db, { [busy.customerId]: "admin" })),
    ];
    const make = (index = 0) => create({ name: "Portal", environment: "live" }, admins[index % 2]);
    const answers = await Promise.all(Array.from({ length: 110 }, (_, index) => make(index)));
    const statuses = answers.map((answer) => answer.statusCode);
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect(statuses.filter((status) => status === 409)).toHaveLength(10);
    expect((await make()).json()).toMatchObject({ code: "conflict", detail: expect.stringContaining("100") });
    expect((await create({ name: "Portal", environment: "dev" }, admins[0])).statusCode).toBe(201);
    const [first, second] = answers.flatMap((answer) => (answer.statusCode === 201 ? [answer.json().api_key_id] : []));
    await app.inject({ method: "DELETE", url: `/v2/api-keys/${first}`, headers: admins[0] ?? {} });
    await sql(db, "UPDATE api_keys SET expires_at = now() WHERE api_key_id = $1", second);
    expect([(await make()).statusCode, (await make()).statusCode, (await make()).statusCode]).toEqual([201, 201, 409]);
  });
});

describe("422", () => {
  it.each([
    ["no name", { environment: "live" }, ["body", "name"]],
    ["an empty name", { name: "", environment: "live" }, ["body", "name"]],
    ["NUL in the name", { name: "a\u0000", environment: "live" }, ["body", "name"]],
    ["spaces alone as a name", { name: "   ", environment: "live" }, ["body", "name"]],
    ["a second line in the name", { name: "a\r\nb", environment: "live" }, ["body", "name"]],
    ["a name that turns round what follows", { name: "a\u202Eb", environment: "live" }, ["body", "name"]],
    ["half a character in the name", { name: "a\ud800", environment: "live" }, ["body", "name"]],
    ["an unknown environment", { name: "Portal", environment: "test" }, ["body", "environment"]],
    ["an unknown scope", { name: "Portal", environment: "live", scopes: ["everything"] }, ["body", "scopes", 0]],
    ["no scope at all", { name: "Portal", environment: "live", scopes: [] }, ["body", "scopes"]],
    [
      "the same scope twice",
      { name: "Portal", environment: "live", scopes: ["users:read", "users:read"] },
      ["body", "scopes"],
    ],
    ["an expiry that is no time", { name: "Portal", environment: "live", expires_at: "soon" }, ["body", "expires_at"]],
    [
      "an expiry in the past",
      { name: "Portal", environment: "live", expires_at: "2020-01-01T00:00:00.000Z" },
      ["body", "expires_at"],
    ],
    ["a smuggled owner", { name: "Portal", environment: "live", customer_id: "x" }, ["body", "customer_id"]],
  ])("refuses %s and says where", async (_name, payload, loc) => {
    const response = await create(payload);
    expect(response.statusCode).toBe(422);
    expect(response.json().detail.map((item: { loc: unknown }) => item.loc)).toContainEqual(loc);
  });

  it.each(["2029-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "2029-02-30T00:00:00Z", "2029-01-01T24:00:00Z"])(
    "refuses %s, which is no time that can be kept, as an expiry",
    async (expires_at) => {
      const response = await create({ name: "Portal", environment: "live", expires_at });
      expect(response.statusCode).toBe(422);
      expect(response.json().detail).toMatchObject([{ loc: ["body", "expires_at"] }]);
    },
  );
});

import type { AuditAction } from "@roundtrip/contracts/auth/audit-log";
import { uuidv7 } from "uuidv7";
import { beforeAll, describe, expect, it } from "vitest";
import { emailKey } from "../accounts/account.rules.ts";
import { admin, adminHeaders, claimsOf, postJson, sql, useAuthService } from "../test/open-auth-service.ts";
import { platformChainId, recordAudit } from "./record-audit.ts";

const { service } = useAuthService();
let headers: Record<string, string>;
let customerId: string;
beforeAll(async () => {
  const { app, db } = service();
  headers = await adminHeaders(app);
  const claims = claimsOf(headers["x-auth-token"] ?? "");
  customerId = (claims.kind === "account" && claims.memberships[0]?.customer_id) || "";
  // Signing in is written down, too; these tests begin after it.
  await sql(db, "DELETE FROM audit_entries");
});

const record = (action: AuditAction, at: string, chainId = customerId) =>
  recordAudit(
    service().db,
    {
      action,
      actor: { kind: "account", id: uuidv7() },
      customerId: chainId,
      target: { kind: "api_key", id: uuidv7() },
      source: { address: "203.0.113.77", requestId: "a-request" },
      detail: { scopes: 3, environment: "dev", expires: null, rotated: false },
    },
    new Date(at),
  );

const list = (query = "", path = "/v2/audit-log") => service().app.inject({ url: `${path}${query}`, headers });
const timesOf = async (query: string) =>
  (await list(query)).json<{ data: { entry: { at: string } }[] }>().data.map((item) => item.entry.at.slice(0, 10));

describe("200", () => {
  beforeAll(async () => {
    for (const day of [1, 2, 3, 4, 5]) {
      await record(day % 2 ? "api_key.created" : "api_key.revoked", `2026-01-0${day}T00:00:00.000Z`);
    }
  });

  it("lists everything that was committed before, newest first, with its place in the chain", async () => {
    const response = await list();
    expect(response.statusCode).toBe(200);
    const body = response.json();
    expect(body.next).toBeNull();
    expect(body.data.map((item: { position: number }) => item.position)).toEqual([5, 4, 3, 2, 1]);
    expect(body.data[0]).toEqual({
      position: 5,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      entry: {
        audit_id: expect.any(String),
        at: "2026-01-05T00:00:00.000Z",
        action: "api_key.created",
        actor: { kind: "account", id: expect.any(String) },
        workspace_id: null,
        target: { kind: "api_key", id: expect.any(String) },
        address: "203.0.113.0/24",
        request_id: "a-request",
        detail: { scopes: 3, environment: "dev", expires: null, rotated: false },
      },
    });
  });

  it.each([
    ["?action=api_key.revoked", ["2026-01-04", "2026-01-02"]],
    ["?since=2026-01-03T00:00:00Z", ["2026-01-05", "2026-01-04", "2026-01-03"]],
    ["?until=2026-01-03T00:00:00Z", ["2026-01-02", "2026-01-01"]],
    ["?action=api_key.created&since=2026-01-02T00:00:00.000Z&until=2026-01-05T00:00:00%2B00:00", ["2026-01-03"]],
    ["?action=passkey.created", []],
  ])("filters: %s", async (query, expected) => {
    expect(await timesOf(query)).toEqual(expected);
  });

  it("pages without gaps or repetitions, also while the log grows", async () => {
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const body: { data: { entry: { at: string } }[]; next: string | null } = (
        await list(`?limit=2&until=2026-02-01T00:00:00Z${next === null ? "" : `&after=${next}`}`)
      ).json();
      seen.push(...body.data.map((item) => item.entry.at.slice(9, 10)));
      next = body.next;
      await record("api_key.created", "2026-03-01T00:00:00.000Z");
    } while (next !== null);
    expect(seen).toEqual(["5", "4", "3", "2", "1"]);
  });

  it("shows a customer nothing of another one, nor of the installation", async () => {
    const foreign = uuidv7();
    await record("passkey.deleted", "2026-01-01T00:00:00.000Z", foreign);
    await record("passkey.deleted", "2026-01-01T00:00:00.000Z", platformChainId);
    expect(await timesOf("?action=passkey.deleted")).toEqual([]);
  });

  it("shows operators what belongs to no customer", async () => {
    const body = (await list("?action=passkey.deleted", "/v2/audit-log/platform")).json();
    expect(body).toMatchObject({ data: [{ position: expect.any(Number), entry: { action: "passkey.deleted" } }] });
  });
});

describe("401", () => {
  it.each(["", "/export", "/platform", "/platform/export"])("is for strangers: %s", async (path) => {
    expect((await service().app.inject({ url: `/v2/audit-log${path}` })).statusCode).toBe(401);
  });
});

describe("403", () => {
  it("is for viewers, who may not see what others do, and for accounts that are no operators", async () => {
    const { app, db } = service();
    const email = "vera@clinic.example";
    const accountId = uuidv7();
    await sql(
      db,
      "INSERT INTO accounts (account_id, email, email_key, password_hash) SELECT $1, $2, $3, password_hash FROM accounts LIMIT 1",
      accountId,
      email,
      emailKey(email),
    );
    await sql(
      db,
      "INSERT INTO memberships (account_id, customer_id, role) VALUES ($1, $2, 'viewer')",
      accountId,
      customerId,
    );
    const viewer = await adminHeaders(app, { email, password: admin.password });
    for (const path of ["", "/export", "/platform", "/platform/export"]) {
      const response = await app.inject({ url: `/v2/audit-log${path}`, headers: viewer });
      expect(response.json(), path).toMatchObject({ status: 403, code: "forbidden" });
    }
  });

  it("is for API keys: a machine that can read who does what can plan around it", async () => {
    const { app } = service();
    const payload = { name: "Portal", environment: "dev" };
    const { key } = (await postJson(app, { url: "/v2/api-keys", payload, headers })).json<{ key: string }>();
    for (const path of ["", "/export"]) {
      const response = await app.inject({ url: `/v2/audit-log${path}`, headers: { "x-api-key": key } });
      expect(response.json()).toMatchObject({ status: 403, code: "forbidden" });
    }
  });
});

describe("422", () => {
  it.each([
    "?limit=0",
    "?limit=201",
    "?after=nonsense",
    "?after=MA",
    "?action=everything",
    "?since=yesterday",
    "?until=2026-13-01T00:00:00Z",
    "?since=2026-02-30T00:00:00Z",
    "?chain=platform",
    "?action=api_key.created&action=api_key.revoked",
  ])("refuses %s", async (query) => {
    for (const path of ["/v2/audit-log", "/v2/audit-log/platform"]) {
      expect((await list(query, path)).json()).toMatchObject({ status: 422, code: "invalid_request" });
    }
  });
});

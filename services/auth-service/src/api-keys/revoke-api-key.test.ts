import { createCredentialVerifier } from "@roundtrip/access-token/credential-verifier";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { auditEntries } from "../test/make-staff.ts";
import { adminHeaders, postJson, sql, useAuthService } from "../test/open-auth-service.ts";

const bus = createInProcessEventBus();
const { service } = useAuthService({ bus });
afterAll(() => bus.close());
let headers: Record<string, string>;
beforeAll(async () => {
  headers = await adminHeaders(service().app);
});
const create = async (): Promise<{ api_key_id: string; key: string }> =>
  (
    await postJson(service().app, { url: "/v2/api-keys", payload: { name: "Portal", environment: "live" }, headers })
  ).json();
const revoke = (id: string, as: Record<string, string> = headers) =>
  service().app.inject({ method: "DELETE", url: `/v2/api-keys/${id}`, headers: as });

describe("204", () => {
  it("ends the key at once, also where it is cached", async () => {
    const verifier = await createCredentialVerifier({ bus });
    const { api_key_id, key } = await create();
    expect(await verifier.verify({ credential: key })).not.toBeNull();
    const response = await revoke(api_key_id.toUpperCase());
    expect(response.statusCode).toBe(204);
    expect(response.body).toBe("");
    await vi.waitFor(async () => expect(await verifier.verify({ credential: key })).toBeNull());
    await verifier.close();
  });
});

describe("the audit log", () => {
  it("tells of it once, however often it is asked for", async () => {
    const { api_key_id } = await create();
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => revoke(api_key_id)))).map(
      (response) => response.statusCode,
    );
    expect(statuses.sort()).toEqual([204, 404, 404, 404, 404]);
    const entries = (await auditEntries(service().db, "api_key.revoked")).filter(
      ({ body }) => body.target?.id === api_key_id,
    );
    expect(entries).toMatchObject([{ body: { actor: { kind: "account" }, workspace_id: expect.any(String) } }]);
  });
});

describe("401 and 403", () => {
  it("wants an access token, and no API key may do it", async () => {
    const { api_key_id, key } = await create();
    expect((await revoke(api_key_id, {})).statusCode).toBe(401);
    expect((await revoke(api_key_id, { "x-api-key": key })).statusCode).toBe(403);
  });
});

describe("404", () => {
  it("is one answer for an unknown, a revoked and another customer's key", async () => {
    const { db } = service();
    const refused = async (id: string) => {
      const response = await revoke(id);
      return { status: response.statusCode, body: { ...response.json(), request_id: "" } };
    };
    const unknown = await refused(uuidv7());
    expect(unknown.body).toMatchObject({ status: 404, code: "api_key_not_found" });
    const { api_key_id } = await create();
    await revoke(api_key_id);
    expect(await refused(api_key_id)).toEqual(unknown);
    const [customer, workspace, theirs] = [uuidv7(), uuidv7(), uuidv7()];
    await sql(db, "INSERT INTO customers (customer_id, name) VALUES ($1, 'Other')", customer);
    await sql(
      db,
      "INSERT INTO workspaces (workspace_id, customer_id, environment) VALUES ($1, $2, 'live')",
      workspace,
      customer,
    );
    await sql(
      db,
      "INSERT INTO api_keys (api_key_id, workspace_id, name, prefix, digest, scopes, created_by) VALUES ($1, $2, 'Theirs', 'p', 'd', '{}', $1)",
      theirs,
      workspace,
    );
    expect(await refused(theirs)).toEqual(unknown);
    const [row] = await sql(db, "SELECT revoked_at FROM api_keys WHERE api_key_id = $1", theirs);
    expect(row).toEqual({ revoked_at: null });
  });
});

describe("422", () => {
  it("refuses what is no id", async () => {
    expect((await revoke("rt_live_abc")).statusCode).toBe(422);
  });
});

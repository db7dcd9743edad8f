import { createCredentialVerifier } from "@roundtrip/access-token/credential-verifier";
import { nudges } from "@roundtrip/contracts/subjects";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { introspect, type MadeKey, makeKey } from "../test/machine-credentials.ts";
import { auditEntries, findClinic, headersOf, makeAccount, makeCustomer } from "../test/make-staff.ts";
import { adminHeaders, postJson, sql, useAuthService } from "../test/open-auth-service.ts";

let now = () => new Date();
const bus = createInProcessEventBus();
const { service } = useAuthService({ bus, clock: () => now() });
afterAll(() => bus.close());
let headers: Record<string, string>;
beforeAll(async () => {
  headers = await adminHeaders(service().app);
});
const make = (changes: object = {}) => makeKey(service().app, headers, changes);
const rotate = (id: string, overlap_seconds: unknown = 3_600, as: Record<string, string> = headers) =>
  postJson(service().app, { url: `/v2/api-keys/${id}/rotate`, payload: { overlap_seconds }, headers: as });
const statusOf = async ({ key }: MadeKey) => (await introspect(service().app, { "x-api-key": key })).statusCode;
const later = (seconds: number) => {
  const at = Date.now() + seconds * 1_000;
  now = () => new Date(at);
};
const present = () => {
  now = () => new Date();
};
const rowOf = async (id: string) =>
  (
    await sql<{ expires_at: Date | null; revoked_at: Date | null; replaced_by: string | null }>(
      service().db,
      "SELECT expires_at, revoked_at, replaced_by FROM api_keys WHERE api_key_id = $1",
      id,
    )
  )[0];

describe("201", () => {
  it("makes a key like the old one, and both work until the overlap ends", async () => {
    const old = await make({ name: "Reader", environment: "dev", scopes: ["tokens:read", "users:read"] });
    const response = await rotate(old.api_key_id.toUpperCase(), 600);
    expect(response.statusCode).toBe(201);
    expect(response.headers["cache-control"]).toBe("no-store");
    const created = response.json();
    expect(created).toEqual({
      api_key_id: expect.any(String),
      name: "Reader",
      environment: "dev",
      prefix: created.key.slice(0, 13),
      scopes: ["tokens:read", "users:read"],
      created_at: expect.any(String),
      expires_at: null,
      key: expect.stringMatching(/^rt_dev_/),
    });
    expect(created.api_key_id).not.toBe(old.api_key_id);
    expect([await statusOf(old), await statusOf(created)]).toEqual([200, 200]);
    later(599);
    expect(await statusOf(old)).toBe(200);
    later(601);
    expect([await statusOf(old), await statusOf(created)]).toEqual([401, 200]);
    present();
    expect((await rowOf(old.api_key_id))?.replaced_by).toBe(created.api_key_id);
  });

  it("ends the old key at once without an overlap", async () => {
    const old = await make();
    const created = (await rotate(old.api_key_id, 0)).json();
    expect([await statusOf(old), await statusOf(created)]).toEqual([401, 200]);
    expect((await rowOf(old.api_key_id))?.revoked_at).toBeInstanceOf(Date);
  });

  it("never prolongs the old key, and gives the new one as long a life as that was given", async () => {
    const expires_at = new Date(Date.now() + 60_000).toISOString();
    const old = await make({ expires_at });
    const created = (await rotate(old.api_key_id, 2_592_000)).json();
    expect((await rowOf(old.api_key_id))?.expires_at?.toISOString()).toBe(expires_at);
    const life = Date.parse(created.expires_at) - Date.parse(created.created_at);
    expect(Math.abs(life - 60_000)).toBeLessThan(2_000);
    expect((await make()).expires_at).toBeNull();
  });

  it("is heard of by caches, which hold the expiry that the old key had", async () => {
    const old = await make();
    const verifier = await createCredentialVerifier({ bus });
    const announced: string[] = [];
    const listening = await bus.listen(nudges.credentialsChanged, (id) => void announced.push(id));
    expect(await verifier.verify({ credential: old.key })).toMatchObject({ expires_at: null });
    await rotate(old.api_key_id, 5);
    await vi.waitFor(async () =>
      expect(await verifier.verify({ credential: old.key })).toMatchObject({ expires_at: expect.any(String) }),
    );
    expect(announced).toEqual([old.api_key_id]);
    await listening.close();
    await verifier.close();
  });

  it("is written to the audit log of the customer", async () => {
    const old = await make();
    const { api_key_id } = (await rotate(old.api_key_id, 60)).json();
    const { customerId, live } = await findClinic(service().db);
    const entry = (await auditEntries(service().db, "api_key.rotated")).at(-1);
    expect(entry?.chainId).toBe(customerId);
    expect(entry?.body).toMatchObject({
      actor: { kind: "account", id: expect.any(String) },
      workspace_id: live,
      target: { kind: "api_key", id: old.api_key_id },
      detail: { successor_id: api_key_id, overlap_seconds: 60 },
    });
  });
});

describe("409", () => {
  it("is said when 200 keys of the workspace work, so that rotations do not pile keys up; one fewer is enough", async () => {
    const { app, db } = service();
    const busy = await makeCustomer(db);
    const owner = await headersOf(app, await makeAccount(db, { [busy.customerId]: "owner" }));
    const { api_key_id } = await makeKey(app, owner);
    const copy = `INSERT INTO api_keys (api_key_id, workspace_id, name, prefix, digest, scopes, created_by)
       SELECT gen_random_uuid(), workspace_id, name, prefix, digest || n, scopes, created_by
       FROM api_keys, generate_series(1, 199) n WHERE api_key_id = $1`;
    await sql(db, copy, api_key_id);
    expect((await rotate(api_key_id, 60, owner)).json()).toMatchObject({ status: 409, code: "conflict" });
    const one = "SELECT api_key_id FROM api_keys WHERE workspace_id = $1 AND api_key_id <> $2 LIMIT 1";
    await sql(db, `UPDATE api_keys SET revoked_at = now() WHERE api_key_id = (${one})`, busy.live, api_key_id);
    expect((await rotate(api_key_id, 60, owner)).statusCode).toBe(201);
  });

  it("keeps one successor when several rotate at once, whoever they are", async () => {
    const { app, db } = service();
    const { customerId } = await findClinic(db);
    const second = await headersOf(app, await makeAccount(db, { [customerId]: "admin" }));
    const old = await make();
    const rotations = Array.from({ length: 8 }, (_, index) =>
      rotate(old.api_key_id, 60, index % 2 === 0 ? headers : second),
    );
    const statuses = (await Promise.all(rotations)).map((response) => response.statusCode).sort();
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    const successors = (await auditEntries(db, "api_key.rotated")).filter(
      ({ body }) => body.target?.id === old.api_key_id,
    );
    expect(successors).toHaveLength(1);
  });

  it("says that a key is replaced already while it still works, but not of its successor", async () => {
    const old = await make();
    const created = (await rotate(old.api_key_id)).json();
    expect((await rotate(old.api_key_id)).json()).toMatchObject({ status: 409, code: "conflict" });
    expect((await rotate(created.api_key_id)).statusCode).toBe(201);
  });
});

describe("404", () => {
  it("is one answer for an unknown, a revoked, an expired and another customer's key", async () => {
    const { app, db } = service();
    const refused = async (id: string) => {
      const response = await rotate(id);
      return { ...response.json(), request_id: "" };
    };
    const unknown = await refused(uuidv7());
    expect(unknown).toMatchObject({ status: 404, code: "api_key_not_found" });
    const revoked = await make();
    await app.inject({ method: "DELETE", url: `/v2/api-keys/${revoked.api_key_id}`, headers });
    expect(await refused(revoked.api_key_id)).toEqual(unknown);
    const expired = await make({ expires_at: new Date(Date.now() + 60_000).toISOString() });
    later(61);
    expect(await refused(expired.api_key_id)).toEqual(unknown);
    present();
    const elsewhere = await makeCustomer(db);
    const owner = await headersOf(app, await makeAccount(db, { [elsewhere.customerId]: "owner" }));
    const theirs = await makeKey(app, owner);
    expect(await refused(theirs.api_key_id)).toEqual(unknown);
    expect(await statusOf(theirs)).toBe(200);
  });

  it("keeps one key when several rotate without an overlap at once", async () => {
    const old = await make();
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => rotate(old.api_key_id, 0)))).map(
      (response) => response.statusCode,
    );
    expect(statuses.sort()).toEqual([201, 404, 404, 404, 404]);
  });
});

describe("401 and 403", () => {
  it("wants an admin, and neither a key nor a token may do it", async () => {
    const { app, db } = service();
    const { customerId } = await findClinic(db);
    const { api_key_id, key } = await make();
    expect((await rotate(api_key_id, 60, {})).statusCode).toBe(401);
    expect((await rotate(api_key_id, 60, { "x-api-key": key })).statusCode).toBe(403);
    const viewer = await headersOf(app, await makeAccount(db, { [customerId]: "viewer" }));
    expect((await rotate(api_key_id, 60, viewer)).statusCode).toBe(403);
  });
});

describe("422", () => {
  it.each([-1, 2_592_001, 1.5, "60", null, undefined])("refuses an overlap of %s", async (overlap) => {
    const { api_key_id } = await make();
    const response = await rotate(api_key_id, overlap === undefined ? [] : overlap);
    expect(response.json()).toMatchObject({ status: 422, detail: [{ loc: ["body", "overlap_seconds"] }] });
  });
});

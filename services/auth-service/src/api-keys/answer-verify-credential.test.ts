import { createApiKey } from "@roundtrip/access-token/api-key-format";
import { credentialSha256 } from "@roundtrip/access-token/credential-format";
import { createCredentialVerifier } from "@roundtrip/access-token/credential-verifier";
import { verifyCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { createLogger } from "@roundtrip/service-runner/logger";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { makeKey, makeToken } from "../test/machine-credentials.ts";
import { adminHeaders, masterKey, postJson, sql, useAuthService } from "../test/open-auth-service.ts";
import { answerVerifyCredential } from "./answer-verify-credential.ts";
import { createKeyUses } from "./record-key-use.worker.ts";

let now = () => new Date();
const bus = createInProcessEventBus();
const { service } = useAuthService({ bus, clock: () => now() });
afterAll(() => bus.close());
let headers: Record<string, string>;
beforeAll(async () => {
  headers = await adminHeaders(service().app);
});
const create = async (payload: object = {}): Promise<{ api_key_id: string; key: string }> => {
  const wanted = { name: "Portal", environment: "live", ...payload };
  return (await postJson(service().app, { url: "/v2/api-keys", payload: wanted, headers })).json();
};
const ask = async (request: unknown) =>
  JSON.parse(await bus.request(verifyCredential.subject, JSON.stringify(request), 2_000));

const askAbout = (credential: string) => ask({ kind: "api_key", credential_sha256: credentialSha256(credential) });

describe("rpc.auth.verify-credential", () => {
  it("answers the rights of a key", async () => {
    await sql(
      service().db,
      "UPDATE workspaces SET allowed_origins = '{https://portal.example}' WHERE environment = 'live'",
    );
    const { api_key_id, key } = await create({ scopes: ["users:read"] });
    expect(await askAbout(key)).toEqual({
      verified: {
        credential_id: api_key_id,
        kind: "api_key",
        workspace_id: expect.any(String),
        customer_id: expect.any(String),
        environment: "live",
        scopes: ["users:read"],
        allowed_origins: ["https://portal.example"],
        expires_at: null,
      },
    });
  });

  it("says when the key expires, so that no cache outlives it", async () => {
    const expires_at = "2099-01-01T00:00:00.000Z";
    const { key } = await create({ expires_at });
    expect(await askAbout(key)).toMatchObject({ verified: { expires_at } });
  });

  it("answers null for a key that is unknown, malformed, revoked or expired, and for a question it does not understand", async () => {
    const revoked = await create();
    await service().app.inject({ method: "DELETE", url: `/v2/api-keys/${revoked.api_key_id}`, headers });
    for (const credential of [createApiKey("live"), "rt_live_x", "", revoked.key, "x".repeat(300)]) {
      expect(await askAbout(credential)).toEqual({ verified: null });
    }
    expect(await ask({ key: "x" })).toEqual({ verified: null });
    const expiring = await create({ expires_at: new Date(Date.now() + 3_600_000).toISOString() });
    expect((await askAbout(expiring.key)).verified).not.toBeNull();
    now = () => new Date(Date.now() + 3_600_000);
    expect(await askAbout(expiring.key)).toEqual({ verified: null });
    now = () => new Date();
  });
});

describe("last_used_at", () => {
  it.each([
    ["a key", "api_keys", "api_key_id"],
    ["a personal access token", "personal_access_tokens", "personal_access_token_id"],
  ] as const)(
    "of %s that other services answer from their caches is at most 95 s old, and written once a minute",
    async (kind, table, column) => {
      const { app, db } = service();
      const made = kind === "a key" ? await makeKey(app, headers) : await makeToken(app, headers);
      const [id, credential] =
        "key" in made ? [made.api_key_id, made.key] : [made.personal_access_token_id, made.token];
      const start = Date.now();
      let at = new Date(start);
      const uses = createKeyUses({ db, clock: () => at, flushMs: 2 });
      const elsewhere = createInProcessEventBus();
      const keyring = openKeyring(masterKey);
      await answerVerifyCredential({ db, keyring, bus: elsewhere, clock: () => at, noteUse: uses.note });
      const verifier = await createCredentialVerifier({ bus: elsewhere, clock: () => at });
      const workers = superviseWorkers([uses.worker], createLogger("test", "silent"));
      const written = new Set<number>();
      for (let second = 0; second <= 600; second += 7) {
        at = new Date(start + second * 1_000);
        expect(await verifier.verify({ credential })).not.toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 15));
        const [row] = await sql<{ at: Date }>(db, `SELECT last_used_at AS at FROM ${table} WHERE ${column} = $1`, id);
        if (!row) continue;
        written.add(row.at.getTime());
        expect(at.getTime() - row.at.getTime()).toBeLessThanOrEqual(95_000);
      }
      expect(written.size).toBeGreaterThanOrEqual(6);
      expect(written.size).toBeLessThanOrEqual(11);
      await workers.stop();
      await verifier.close();
      await elsewhere.close();
    },
  );

  it("is written in batches, at most once a minute and never backwards", async () => {
    const { db } = service();
    const { api_key_id } = await create();
    const lastUsed = async () =>
      (
        await sql<{ at: Date | null }>(db, "SELECT last_used_at AS at FROM api_keys WHERE api_key_id = $1", api_key_id)
      )[0]?.at;
    let at = new Date("2026-01-01T10:00:00.000Z");
    const uses = createKeyUses({ db, clock: () => at, flushMs: 5 });
    const workers = superviseWorkers([uses.worker], createLogger("test", "silent"));
    const use = async (time: string) => {
      at = new Date(time);
      uses.note(api_key_id);
      await new Promise((resolve) => setTimeout(resolve, 60));
    };
    await use("2026-01-01T10:00:00.000Z");
    await vi.waitFor(async () => expect(await lastUsed()).toEqual(new Date("2026-01-01T10:00:00.000Z")));
    await use("2026-01-01T10:00:59.000Z");
    expect(await lastUsed()).toEqual(new Date("2026-01-01T10:00:00.000Z"));
    await use("2026-01-01T09:00:00.000Z");
    expect(await lastUsed()).toEqual(new Date("2026-01-01T10:00:00.000Z"));
    await use("2026-01-01T10:01:01.000Z");
    await vi.waitFor(async () => expect(await lastUsed()).toEqual(new Date("2026-01-01T10:01:01.000Z")));
    await workers.stop();
  });

  it("is written on the way out, so that a drained process loses no use", async () => {
    const { db } = service();
    const { api_key_id } = await create();
    const uses = createKeyUses({ db, clock: () => new Date(), flushMs: 60_000 });
    const workers = superviseWorkers([uses.worker], createLogger("test", "silent"));
    uses.note(api_key_id);
    await workers.stop();
    const [row] = await sql<{ at: Date | null }>(
      db,
      "SELECT last_used_at AS at FROM api_keys WHERE api_key_id = $1",
      api_key_id,
    );
    expect(row?.at).toBeInstanceOf(Date);
  });
});

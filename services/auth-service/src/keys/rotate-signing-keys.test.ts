import { AuditEntryBody } from "@roundtrip/contracts/auth/audit-log";
import { nudges } from "@roundtrip/contracts/subjects";
import { openDatabase } from "@roundtrip/database/database";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { decodeProtectedHeader } from "jose";
import { Parse } from "typebox/value";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  adminHeaders,
  masterKey,
  openAuthService,
  refresh,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { changeSigningKeys, type KeyChangeDeps } from "./change-signing-keys.ts";
import { bringRotationForward, replaceSigningKeys, rotateSigningKeys } from "./rotate-signing-keys.ts";
import { createKeyRotation } from "./rotate-signing-keys.worker.ts";

const day = 86_400_000;
const bus = createInProcessEventBus();
const { service, database } = useAuthService({ bus });
afterAll(() => bus.close());

let aheadMs = 0;
const clock = () => new Date(Date.now() + aheadMs);
const depsOn = (db: KeyChangeDeps["db"]): KeyChangeDeps => ({
  db,
  bus,
  keyring: openKeyring(masterKey),
  clock,
  lifetimes: { respondentMs: 90 * day, staffMs: 30 * day, idleMs: 30 * day },
});
const deps = (): KeyChangeDeps => depsOn(service().db);

interface KeyRow {
  readonly kid: string;
  readonly state: string;
  readonly private_box: string;
  readonly gone_at: Date | null;
}
const readKeys = () =>
  sql<KeyRow>(service().db, "SELECT kid, state, private_box, gone_at FROM signing_keys ORDER BY created_at");
const keyIn = async (state: string) => (await readKeys()).find((key) => key.state === state);
const states = async () => (await readKeys()).map(({ state }) => state);
const published = async () =>
  (await service().app.inject({ url: "/.well-known/jwks.json" }))
    .json<{ keys: { kid: string; roundtrip_use: string }[] }>()
    .keys.map(({ kid }) => kid);
const readAudit = async (kid: string) =>
  (await sql<{ body: string }>(service().db, "SELECT body FROM audit_entries"))
    .map(({ body }) => Parse(AuditEntryBody, JSON.parse(body)))
    .filter((entry) => entry.target?.id === kid);
const signedBy = async () => decodeProtectedHeader((await adminHeaders(service().app))["x-auth-token"] ?? "").kid;
const statusOf = async (headers: Record<string, string>) =>
  (await service().app.inject({ url: "/v2/me", headers })).statusCode;

/** Every file's database begins with one fresh key; each test with its own. */
beforeEach(async () => {
  aheadMs = 0;
  await sql(service().db, "DELETE FROM signing_keys");
  await sql(service().db, "UPDATE sign_ins SET revoked_at = now(), revoked_reason = 'signed_out'");
  await rotateSigningKeys(deps());
});

describe("a rotation by the calendar", () => {
  it("publishes a key on day 29, signs with it on day 30, and lets the old one go when its last token has ended", async () => {
    const first = (await keyIn("active"))?.kid ?? "";
    const old = await adminHeaders(service().app);
    const oldRefresh = await signInAdmin(service().app);

    aheadMs = 29 * day + 1;
    expect(await rotateSigningKeys(deps())).toEqual([{ done: "created", kid: expect.any(String) }]);
    const second = (await keyIn("next"))?.kid ?? "";
    expect((await published()).sort()).toEqual([first, second].sort());
    expect(await signedBy()).toBe(first);

    aheadMs = 30 * day + 2;
    expect(await rotateSigningKeys(deps())).toEqual([
      { done: "retired", kid: first },
      { done: "activated", kid: second },
    ]);
    expect(await signedBy()).toBe(second);
    expect(await statusOf(old)).toBe(200);
    expect((await refresh(service().app, oldRefresh)).statusCode).toBe(200);

    const { gone_at: goneAt } = (await keyIn("retiring")) ?? {};
    expect(goneAt?.getTime()).toBeGreaterThanOrEqual(clock().getTime() + 90 * day);
    aheadMs = (goneAt?.getTime() ?? 0) - Date.now() - 5_000;
    expect((await rotateSigningKeys(deps())).filter(({ done }) => done === "dropped")).toEqual([]);
    aheadMs += 10_000;
    expect(await rotateSigningKeys(deps())).toContainEqual({ done: "dropped", kid: first });
    expect(await published()).not.toContain(first);
    await vi.waitFor(async () => expect(await statusOf(old)).toBe(401));
    expect((await refresh(service().app, oldRefresh)).statusCode).toBe(401);
  });

  it("keeps a key for an open sign-in that outlives today's settings, and not for one that has ended", async () => {
    await signInAdmin(service().app);
    const open = new Date(Date.now() + 300 * day);
    await sql(service().db, "UPDATE sign_ins SET absolute_expires_at = $1 WHERE revoked_at IS NULL", open);
    const closed = new Date(Date.now() + 400 * day);
    await sql(service().db, "UPDATE sign_ins SET absolute_expires_at = $1 WHERE revoked_at IS NOT NULL", closed);
    aheadMs = 31 * day;
    await rotateSigningKeys(deps());
    aheadMs = 33 * day;
    await rotateSigningKeys(deps());
    expect((await keyIn("retiring"))?.gone_at).toEqual(new Date(open.getTime() + 3_600_000));
  });

  it("destroys the private half of a key that signs no more", async () => {
    aheadMs = 29 * day + 1;
    await rotateSigningKeys(deps());
    aheadMs = 31 * day;
    await rotateSigningKeys(deps());
    expect((await readKeys()).map(({ state, private_box }) => [state, private_box !== ""])).toEqual([
      ["retiring", false],
      ["active", true],
    ]);
  });

  it("writes down every step once, as done by ourselves, and announces it once per transaction", async () => {
    let announced = 0;
    const subscription = await bus.listen(nudges.keysChanged, () => {
      announced += 1;
    });
    const first = (await keyIn("active"))?.kid ?? "";
    aheadMs = 29 * day + 1;
    await rotateSigningKeys(deps());
    aheadMs = 31 * day;
    await rotateSigningKeys(deps());
    await vi.waitFor(() => expect(announced).toBe(2));
    await subscription.close();
    const entries = await readAudit(first);
    expect(entries.map(({ action }) => action)).toEqual([
      "signing_key.created",
      "signing_key.activated",
      "signing_key.retired",
    ]);
    expect(entries[2]).toMatchObject({ actor: { kind: "system", id: null }, detail: { cause: "planned" } });
    expect(JSON.stringify(entries)).not.toMatch(/private|"d"/);
  });

  it("changes nothing and announces nothing when a step fails half-way", async () => {
    let announced = 0;
    const subscription = await bus.listen(nudges.keysChanged, () => {
      announced += 1;
    });
    const before = await readKeys();
    const failing = changeSigningKeys(deps(), {
      cause: "planned",
      // There is no next key to activate.
      decide: () => [{ do: "retire" }, { do: "activate" }],
    });
    await expect(failing).rejects.toThrow("there is no next signing key");
    expect(await readKeys()).toEqual(before);
    expect((await readAudit(before[0]?.kid ?? "")).map(({ action }) => action)).not.toContain("signing_key.retired");
    await subscription.close();
    expect(announced).toBe(0);
  });
});

describe("many at once", () => {
  it("make one next key and one change, whoever of twenty is first", async () => {
    const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 20 });
    const all = (work: (deps: KeyChangeDeps) => Promise<unknown>) =>
      Promise.all(Array.from({ length: 20 }, () => work(depsOn(db))));
    aheadMs = 29 * day + 1;
    await all(rotateSigningKeys);
    expect(await states()).toEqual(["active", "next"]);
    aheadMs = 31 * day;
    await all(rotateSigningKeys);
    expect(await states()).toEqual(["retiring", "active"]);
    await all((each) => replaceSigningKeys({ ...each, publishedAheadMs: 0 }));
    const after = await states();
    expect(after.filter((state) => state === "active")).toHaveLength(1);
    expect(after.filter((state) => state === "retiring")).toEqual([]);
    await db.close();
  });

  it("leave a check of the calendar to the one who is at it, instead of waiting", async () => {
    const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 1 });
    aheadMs = 29 * day + 1;
    await db.transaction(async (tx) => {
      await tx.query({ name: "hold", text: "SELECT pg_advisory_xact_lock(1801812339)" }, []);
      expect(await rotateSigningKeys(deps())).toEqual([]);
    });
    expect(await rotateSigningKeys(deps())).toHaveLength(1);
    await db.close();
  });
});

describe("brought forward", () => {
  it("publishes a key, refuses to sign with it for 24 hours, then does", async () => {
    expect(await bringRotationForward(deps())).toEqual([{ done: "created", kid: expect.any(String) }]);
    aheadMs = day - 5_000;
    expect(await bringRotationForward(deps())).toEqual([]);
    aheadMs = day + 5_000;
    expect((await bringRotationForward(deps())).map(({ done }) => done)).toEqual(["retired", "activated"]);
    expect(await states()).toEqual(["retiring", "active"]);
  });
});

describe("an emergency", () => {
  it("leaves one key that nobody has seen before, signs everybody out of every replica, and lets them in again", async () => {
    const other = await openAuthService(database().url, { bus });
    aheadMs = 29 * day + 1;
    await rotateSigningKeys(deps());
    const before = (await readKeys()).map(({ kid }) => kid);
    const old = await adminHeaders(service().app);
    const oldRefresh = await signInAdmin(other.app);
    expect(await statusOf(old)).toBe(200);

    const changes = await replaceSigningKeys({ ...deps(), publishedAheadMs: 50 });
    expect(changes.filter(({ done }) => done === "dropped").map(({ kid }) => kid)).toEqual(
      expect.arrayContaining(before),
    );
    const [kept, ...more] = (await readKeys()).filter(({ state }) => state !== "gone");
    expect(more).toEqual([]);
    expect(before).not.toContain(kept?.kid);
    expect((await readKeys()).filter(({ private_box }) => private_box !== "").map(({ kid }) => kid)).toEqual([
      kept?.kid,
    ]);

    for (const { app } of [service(), other]) {
      await vi.waitFor(async () => expect((await app.inject({ url: "/v2/me", headers: old })).statusCode).toBe(401));
      expect((await refresh(app, oldRefresh)).statusCode).toBe(401);
      const fresh = await adminHeaders(app);
      expect(decodeProtectedHeader(fresh["x-auth-token"] ?? "").kid).toBe(kept?.kid);
      expect((await other.app.inject({ url: "/v2/me", headers: fresh })).statusCode).toBe(200);
      expect(await statusOf(fresh)).toBe(200);
    }
    expect((await readAudit(before[0] ?? "")).at(-1)).toMatchObject({
      action: "signing_key.dropped",
      detail: { cause: "emergency" },
    });
    await other.close();
  });
});

describe("the worker", () => {
  it("makes the key that is missing, says so in the log, and stops when it is told to", async () => {
    await sql(service().db, "DELETE FROM signing_keys");
    const lines: string[] = [];
    const worker = createKeyRotation({
      ...deps(),
      checkMs: 5,
      log: { info: (_fields, message) => void lines.push(message) },
    });
    const stopped = new AbortController();
    const running = worker.run(stopped.signal);
    await vi.waitFor(async () => expect(await states()).toEqual(["active"]));
    await vi.waitFor(() => expect(lines).toEqual(["a signing key was created", "a signing key was activated"]));
    stopped.abort();
    await running;
  });
});

describe("503", () => {
  it("is what a sign-in gets while there is no key to sign with, instead of an internal error", async () => {
    await sql(service().db, "DELETE FROM signing_keys");
    bus.announce(nudges.keysChanged, "");
    await vi.waitFor(async () => {
      const response = await service().app.inject({
        method: "POST",
        url: "/signin",
        headers: { "content-type": "application/json" },
        payload: JSON.stringify({ email: "ada@clinic.example", password: "correct horse battery" }),
      });
      expect(response.statusCode).toBe(503);
    });
  });
});

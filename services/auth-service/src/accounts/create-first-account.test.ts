import { openDatabase } from "@roundtrip/database/database";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { beforeAll, describe, expect, it } from "vitest";
import { createFirstSigningKey } from "../keys/rotate-signing-keys.ts";
import { adminHeaders, masterKey, openAuthService, postJson, signInAdmin, sql } from "../test/open-auth-service.ts";
import { createFirstAccount } from "./create-first-account.ts";

const { database } = useTestDatabase("auth");
const count = async (
  table: "accounts" | "customers" | "workspaces" | "memberships" | "signing_keys",
): Promise<number> => {
  const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 1 });
  const [row] = await sql<{ n: number }>(db, `SELECT count(*)::int AS n FROM ${table}`);
  await db.close();
  return row?.n ?? -1;
};

describe("a start without settings for a first account", () => {
  it("makes none", async () => {
    const service = await openAuthService(database().url, { env: { ADMIN_EMAIL: "", ADMIN_PASSWORD: "" } });
    await service.close();
    expect(await count("accounts")).toBe(0);
  });

  it("is refused when the password is missing or shorter than 15 characters", async () => {
    await expect(openAuthService(database().url, { env: { ADMIN_PASSWORD: "" } })).rejects.toThrow("ADMIN_PASSWORD");
    const short = openAuthService(database().url, { env: { ADMIN_PASSWORD: "14 characters!" } });
    await expect(short).rejects.toThrow("15 characters");
    expect(await count("accounts")).toBe(0);
  });
});

describe("the first start", () => {
  beforeAll(async () => {
    const services = await Promise.all([1, 2, 3].map(() => openAuthService(database().url)));
    for (const service of services) await service.close();
  });

  it("makes one of everything when three processes start at once", async () => {
    expect(await count("accounts")).toBe(1);
    expect(await count("memberships")).toBe(1);
    expect(await count("customers")).toBe(1);
    expect(await count("workspaces")).toBe(2);
    expect(await count("signing_keys")).toBe(1);
  });

  it("makes an operator who owns the customer with its live and dev workspaces", async () => {
    const service = await openAuthService(database().url);
    const me = await service.app.inject({ url: "/v2/me", headers: await adminHeaders(service.app) });
    await service.close();
    expect(me.json()).toMatchObject({
      email: "ada@clinic.example",
      operator: true,
      memberships: [{ customer_name: "Clinic", role: "owner" }],
    });
  });

  it("changes nothing later, whatever the settings say then", async () => {
    const later = { ADMIN_PASSWORD: "another long password", CUSTOMER_NAME: "Other" };
    const service = await openAuthService(database().url, { env: later });
    await signInAdmin(service.app);
    const payload = { email: "ada@clinic.example", password: later.ADMIN_PASSWORD };
    const refused = await postJson(service.app, { url: "/signin", payload });
    await service.close();
    const second = await openAuthService(database().url, { env: { ADMIN_EMAIL: "eve@clinic.example" } });
    await second.close();
    expect(refused.statusCode).toBe(401);
    expect(await count("accounts")).toBe(1);
  });
});

describe("ten at the same moment", () => {
  it("make one first account and one signing key between them", async () => {
    const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 10 });
    await sql(db, "TRUNCATE accounts, customers, signing_keys CASCADE");
    // Open connections and no time for a hash: they meet at the lock.
    await Promise.all(Array.from({ length: 10 }, () => sql(db, "SELECT pg_sleep(0.1)")));
    const hasher = { hash: async () => "h", verify: async () => false, isOutdated: () => false };
    const first = { email: "ada@clinic.example", password: "correct horse battery", customerName: "Clinic" };
    const made = await Promise.all(Array.from({ length: 10 }, () => createFirstAccount({ db, hasher }, first)));
    const bus = createInProcessEventBus();
    const lifetimes = { respondentMs: 0, staffMs: 0, idleMs: 0 };
    const keyDeps = { db, bus, keyring: openKeyring(masterKey), clock: () => new Date(), lifetimes };
    await Promise.all(Array.from({ length: 10 }, () => createFirstSigningKey(keyDeps)));
    await bus.close();
    await db.close();
    expect(made.filter((isMade) => isMade)).toHaveLength(1);
    expect(await count("customers")).toBe(1);
    expect(await count("signing_keys")).toBe(1);
  });
});

import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import { describe, expect, it } from "vitest";
import { takeEntries } from "../test/audit-entries.ts";
import { admin, claimsOf, postJson, refresh, sql, useAuthService } from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";

const quick = await createQuickHasher();
/** Runs once, after the next right password and before anything is done about it. */
let meanwhile: (() => Promise<unknown>) | null = null;
const hasher: PasswordHasher = {
  ...quick,
  verify: async (phc, password) => {
    const isRight = await quick.verify(phc, password);
    const work = isRight ? meanwhile : null;
    if (work) meanwhile = null;
    await work?.();
    return isRight;
  },
};
const { service } = useAuthService({ hasher });
const signIn = (password = admin.password) =>
  postJson(service().app, { url: "/signin", payload: { email: admin.email, password } });
const setHash = async (hash: string) => sql(service().db, "UPDATE accounts SET password_hash = $1", hash);
const living = async () => (await sql(service().db, "SELECT 1 FROM sign_ins WHERE revoked_at IS NULL")).length;

describe("while a right password is at its hash", () => {
  it.each([
    ["another password is set", async () => setHash(await quick.hash("another password"))],
    ["the password is taken away", () => sql(service().db, "UPDATE accounts SET password_hash = NULL")],
    ["the account is disabled", () => sql(service().db, "UPDATE accounts SET disabled_at = now()")],
  ])("%s: nobody is signed in with the old one", async (_name, change) => {
    const { db } = service();
    await takeEntries(db);
    const before = await living();
    meanwhile = change;
    expect((await signIn()).json()).toMatchObject({ status: 401, code: "sign_in_failed" });
    expect(await living()).toBe(before);
    expect(await takeEntries(db)).toMatchObject([
      { action: "sign_in.failed", detail: { reason: "changed_meanwhile" }, target: { kind: "account" } },
    ]);
    await sql(db, "UPDATE accounts SET disabled_at = NULL, password_hash = $1", await quick.hash(admin.password));
  });

  it("the same password is hashed anew: that is no change", async () => {
    meanwhile = async () => setHash(await quick.hash(admin.password));
    expect((await signIn()).statusCode).toBe(200);
  });

  it("a change that comes a moment later waits for the sign-in and ends it", async () => {
    const { app, db } = service();
    const hash = await quick.hash(admin.password);
    const changes: Promise<unknown>[] = [];
    const tokens: string[] = [];
    for (let index = 0; index < 12; index += 1) {
      meanwhile = async () => {
        changes.push(
          db.transaction(async (tx) => {
            await tx.query({ name: "race-set", text: "UPDATE accounts SET password_hash = $1" }, [`${hash}x`]);
            await tx.query(
              { name: "race-revoke", text: "UPDATE sign_ins SET revoked_at = now() WHERE revoked_at IS NULL" },
              [],
            );
          }),
        );
      };
      const response = await signIn();
      await Promise.all(changes);
      if (response.statusCode === 200) tokens.push(response.json<{ refreshToken: string }>().refreshToken);
      await setHash(hash);
      await sql(db, "TRUNCATE sign_in_throttles");
    }
    expect(changes.length).toBe(12);
    for (const token of tokens)
      expect([claimsOf(token).sid, (await refresh(app, token)).statusCode]).toEqual([claimsOf(token).sid, 401]);
    expect(await living()).toBe(0);
  });
});

import { openKeyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { beforeEach, describe, expect, it } from "vitest";
import { admin, masterKey, sql, useAuthService } from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { checkOwnPassword } from "./check-own-password.ts";

const hasher = await createQuickHasher();
const { service } = useAuthService({ hasher });
const keyring = openKeyring(masterKey);
const check = (accountId: string, password: string) =>
  checkOwnPassword({ db: service().db, keyring, clock: () => new Date(), hasher }, { accountId, password });
const adminId = async () =>
  (await sql<{ account_id: string }>(service().db, "SELECT account_id FROM accounts LIMIT 1"))[0]?.account_id ?? "";
beforeEach(() => sql(service().db, "TRUNCATE sign_in_throttles"));

describe("the own password", () => {
  it("passes in either Unicode form and no other", async () => {
    await expect(check(await adminId(), admin.password)).resolves.toBeUndefined();
    await expect(check(await adminId(), `${admin.password} `)).rejects.toThrow("password_wrong");
    await expect(check(await adminId(), "")).rejects.toThrow("password_wrong");
  });

  it("of an account without one is wrong after as long", async () => {
    hasher.takeCounts();
    await expect(check(uuidv7(), admin.password)).rejects.toThrow("password_wrong");
    expect(hasher.takeCounts()).toEqual({ real: 0, decoys: 1 });
  });

  it("can be guessed at five times, in a row or at once", async () => {
    const accountId = await adminId();
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => check(accountId, "wrong")));
    const codes = outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "right"));
    expect(codes.filter((code) => code === "password_wrong")).toHaveLength(5);
    expect(codes.filter((code) => code === "rate_limited")).toHaveLength(35);
    await expect(check(accountId, admin.password)).rejects.toThrow("rate_limited");
  });
});

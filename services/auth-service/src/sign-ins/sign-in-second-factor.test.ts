import { beforeEach, describe, expect, it } from "vitest";
import { takeEntries } from "../test/audit-entries.ts";
import { admin, postJson, sql, useAuthService } from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { codeOf, createStaffAccount, turnOnTotp, wrongCode } from "../test/staff-account.ts";

let laterMs = 0;
const hasher = await createQuickHasher();
const { service } = useAuthService({ hasher, clock: () => new Date(Date.now() + laterMs) });
beforeEach(() => {
  laterMs = 0;
});

const open = async () => {
  const account = await createStaffAccount(service());
  const factor = await turnOnTotp(service(), account);
  // The account has just signed in from here; these tests are about strangers.
  await sql(service().db, "DELETE FROM sign_ins WHERE account_id = $1", account.accountId);
  await takeEntries(service().db);
  return { ...account, ...factor };
};
const signIn = (email: string, changes: { readonly password?: string; readonly otp?: unknown } = {}) =>
  postJson(service().app, { url: "/signin", payload: { email, password: admin.password, ...changes } });

describe("200", () => {
  it("comes with the code, and for a recovery code once", async () => {
    const { email, secret, recoveryCodes } = await open();
    expect((await signIn(email, { otp: codeOf(secret) })).statusCode).toBe(200);
    expect((await signIn(email, { otp: codeOf(secret) })).json()).toMatchObject({ status: 401, code: "otp_invalid" });
    expect((await signIn(email, { otp: recoveryCodes[0] })).statusCode).toBe(200);
    expect((await signIn(email, { otp: recoveryCodes[0] })).json()).toMatchObject({ code: "otp_invalid" });
  });

  it("does not mind a code of an account that has no second factor", async () => {
    const { email } = await createStaffAccount(service());
    expect((await signIn(email, { otp: "123456" })).statusCode).toBe(200);
  });

  it("comes to one of ten who use one code at the same time", async () => {
    const { email, secret } = await open();
    const otp = codeOf(secret);
    const statuses = (await Promise.all(Array.from({ length: 4 }, () => signIn(email, { otp })))).map(
      (r) => r.statusCode,
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });
});

describe("401", () => {
  it("asks for the code after a right password only", async () => {
    const { email, secret } = await open();
    expect((await signIn(email)).json()).toMatchObject({ status: 401, code: "otp_required" });
    expect((await signIn(email, { password: "wrong" })).json()).toMatchObject({ code: "sign_in_failed" });
    expect((await signIn(email, { password: "wrong", otp: codeOf(secret) })).json()).toMatchObject({
      code: "sign_in_failed",
    });
    // The code was not spent on a wrong password.
    expect((await signIn(email, { otp: codeOf(secret) })).statusCode).toBe(200);
  });

  it.each(["", " ", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "-12345", "1e5", "0x1234"])("refuses %j", async (otp) => {
    const { email } = await open();
    const response = await signIn(email, { otp });
    expect([400, 401]).toContain(response.statusCode);
    if (response.statusCode === 401) expect(response.json()).toMatchObject({ code: "otp_invalid" });
  });

  it.each([[123_456], [["123456"]], [null], [{ $ne: "" }]])("takes no %j for a code", async (otp) => {
    const { email } = await open();
    expect((await signIn(email, { otp })).statusCode).toBe(400);
  });

  it("is written down with the reason", async () => {
    const { email, secret, accountId } = await open();
    await signIn(email, { otp: wrongCode(secret) });
    expect(await takeEntries(service().db)).toMatchObject([
      { action: "sign_in.failed", target: { kind: "account", id: accountId }, detail: { reason: "otp_invalid" } },
    ]);
  });
});

describe("429", () => {
  const failFive = async (email: string, otp: string) => {
    for (let index = 0; index < 5; index += 1) expect((await signIn(email, { otp })).statusCode).toBe(401);
  };

  it("follows wrong codes as it follows wrong passwords, and the right code does not get past it", async () => {
    const { email, secret } = await open();
    await failFive(email, wrongCode(secret));
    expect((await signIn(email, { otp: codeOf(secret) })).statusCode).toBe(429);
    laterMs = 1_100;
    expect((await signIn(email, { otp: codeOf(secret) })).statusCode).toBe(200);
  });

  it("is not escaped by asking what is missing in between", async () => {
    const { email, secret } = await open();
    for (let index = 0; index < 4; index += 1) {
      await signIn(email, { otp: wrongCode(secret) });
      expect((await signIn(email)).json()).toMatchObject({ code: "otp_required" });
    }
    await signIn(email, { otp: wrongCode(secret) });
    expect((await signIn(email)).statusCode).toBe(429);
  });

  it("does not keep an owner waiting between the password and the code", async () => {
    const { email, secret } = await open();
    await failFive(email, wrongCode(secret));
    laterMs = 1_100;
    expect((await signIn(email)).json()).toMatchObject({ code: "otp_required" });
    expect((await signIn(email, { otp: codeOf(secret) })).statusCode).toBe(200);
  });
});

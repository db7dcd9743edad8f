import { describe, expect, it } from "vitest";
import { postJson, sql, useAuthService } from "../test/open-auth-service.ts";
import {
  auditOf,
  codeOf,
  createStaffAccount,
  type StaffAccount,
  signIn,
  turnOnTotp,
  wrongCode,
} from "../test/staff-account.ts";

const { service } = useAuthService();

const enrol = async () => {
  const account = await createStaffAccount(service());
  return { account, ...(await turnOnTotp(service(), account)) };
};

const replace = (account: StaffAccount, otp: unknown) =>
  postJson(service().app, { url: "/v2/me/totp/recovery-codes", payload: { otp }, headers: account.headers });

describe("200", () => {
  it("makes ten new ones; none of the old ones works any more", async () => {
    const { account, secret, recoveryCodes } = await enrol();
    const response = await replace(account, codeOf(secret));
    expect(response.statusCode).toBe(200);
    const { recovery_codes: fresh } = response.json<{ recovery_codes: string[] }>();
    expect(new Set([...fresh, ...recoveryCodes]).size).toBe(20);
    expect((await signIn(service(), account.email, recoveryCodes[0])).statusCode).toBe(401);
    expect((await signIn(service(), account.email, fresh[9])).statusCode).toBe(200);
    const actions = (await auditOf(service(), account.accountId)).map((entry) => entry.action);
    expect(actions).toContain("recovery_codes.replaced");
  });

  it("takes one of the old ones instead of a code", async () => {
    const { account, recoveryCodes } = await enrol();
    expect((await replace(account, recoveryCodes[5])).statusCode).toBe(200);
  });

  it("happens once for twenty parallel uses of a code, and the account has ten codes", async () => {
    const { account, secret } = await enrol();
    const code = codeOf(secret);
    const responses = await Promise.all(Array.from({ length: 20 }, () => replace(account, code)));
    expect(responses.filter((response) => response.statusCode === 200)).toHaveLength(1);
    const rows = await sql(service().db, "SELECT 1 FROM recovery_codes WHERE account_id = $1", account.accountId);
    expect(rows).toHaveLength(10);
  });

  it("survives old codes that are used at the same time", async () => {
    const { account, secret, recoveryCodes } = await enrol();
    const others = recoveryCodes.map((code) => signIn(service(), account.email, code));
    const [replaced, ...signIns] = await Promise.all([replace(account, codeOf(secret)), ...others]);
    expect(replaced?.statusCode).toBe(200);
    for (const response of signIns) expect([200, 401, 429]).toContain(response.statusCode);
  });
});

describe("401", () => {
  it("wants an access token of an account that may still act", async () => {
    const { account, secret } = await enrol();
    expect((await replace({ ...account, headers: {} }, codeOf(secret))).statusCode).toBe(401);
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    expect((await replace(account, codeOf(secret))).statusCode).toBe(401);
  });
});

describe("403", () => {
  it("refuses a wrong and a used code, and the old ones stay", async () => {
    const { account, secret, recoveryCodes } = await enrol();
    const code = codeOf(secret);
    expect((await signIn(service(), account.email, code)).statusCode).toBe(200);
    for (const otp of [code, wrongCode(secret)]) {
      expect((await replace(account, otp)).json()).toMatchObject({ status: 403, code: "code_refused" });
    }
    expect((await signIn(service(), account.email, recoveryCodes[0])).statusCode).toBe(200);
  });
});

describe("404", () => {
  it("has nothing to replace without a second factor", async () => {
    const account = await createStaffAccount(service());
    expect((await replace(account, "123456")).json()).toMatchObject({ status: 404, code: "totp_not_on" });
  });
});

describe("422", () => {
  it.each([undefined, 123_456, "12345", ["123456"]])("refuses %j", async (otp) => {
    const { account } = await enrol();
    expect((await replace(account, otp)).statusCode).toBe(422);
  });
});

describe("429", () => {
  it("stops a guesser, and the budget is one for all that a code is asked for", async () => {
    const { account, secret } = await enrol();
    const statuses = [];
    for (let guess = 0; guess < 8; guess += 1) statuses.push((await replace(account, wrongCode(secret))).statusCode);
    expect(statuses.indexOf(429)).toBeGreaterThan(0);
    const removal = await service().app.inject({
      method: "DELETE",
      url: "/v2/me/totp",
      headers: { "content-type": "application/json", ...account.headers },
      payload: JSON.stringify({ otp: codeOf(secret) }),
    });
    expect(removal.json()).toMatchObject({ status: 429, code: "rate_limited" });
  });
});

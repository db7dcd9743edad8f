import { describe, expect, it } from "vitest";
import { sql, useAuthService } from "../test/open-auth-service.ts";
import {
  auditOf,
  codeOf,
  confirmTotp,
  countMails,
  createStaffAccount,
  type StaffAccount,
  signIn,
  startTotp,
  turnOnTotp,
  wrongCode,
} from "../test/staff-account.ts";

const { service } = useAuthService();

const enrol = async () => {
  const account = await createStaffAccount(service());
  return { account, ...(await turnOnTotp(service(), account)) };
};

const remove = (account: StaffAccount, payload: unknown) =>
  service().app.inject({
    method: "DELETE",
    url: "/v2/me/totp",
    headers: { "content-type": "application/json", ...account.headers },
    payload: JSON.stringify(payload),
  });

describe("204", () => {
  it("needs no code from the next sign-in on, keeps nothing, writes it down and tells the owner", async () => {
    const { account, secret } = await enrol();
    const mails = await countMails(service(), "second_factor_removed");
    const response = await remove(account, { otp: codeOf(secret) });
    expect(response.statusCode).toBe(204);
    expect(response.body).toBe("");
    expect((await signIn(service(), account.email)).statusCode).toBe(200);
    const rows = await sql(
      service().db,
      `SELECT totp_box, totp_confirmed_at, totp_last_step,
         (SELECT count(*)::int FROM recovery_codes r WHERE r.account_id = a.account_id) AS codes
       FROM accounts a WHERE account_id = $1`,
      account.accountId,
    );
    expect(rows).toEqual([{ totp_box: null, totp_confirmed_at: null, totp_last_step: null, codes: 0 }]);
    expect((await auditOf(service(), account.accountId)).map((entry) => entry.action)).toContain(
      "second_factor.removed",
    );
    expect(await countMails(service(), "second_factor_removed")).toBe(mails + 1);
  });

  it("takes a recovery code", async () => {
    const { account, recoveryCodes } = await enrol();
    expect((await remove(account, { otp: recoveryCodes[2] })).statusCode).toBe(204);
  });

  it("happens once when ten recovery codes come at the same time: one mail", async () => {
    const { account, recoveryCodes } = await enrol();
    const mails = await countMails(service(), "second_factor_removed");
    const responses = await Promise.all(recoveryCodes.map((otp) => remove(account, { otp })));
    expect(responses.filter((response) => response.statusCode === 204)).toHaveLength(1);
    for (const response of responses) expect([204, 403, 404, 429]).toContain(response.statusCode);
    expect(await countMails(service(), "second_factor_removed")).toBe(mails + 1);
  });

  it("leaves old codes worthless when it is turned on again", async () => {
    const { account, secret, recoveryCodes } = await enrol();
    await remove(account, { otp: codeOf(secret) });
    const { secret: fresh } = await turnOnTotp(service(), account);
    for (const otp of [codeOf(secret), recoveryCodes[0]]) {
      expect((await signIn(service(), account.email, otp)).json()).toMatchObject({ code: "otp_invalid" });
    }
    expect((await signIn(service(), account.email, codeOf(fresh))).statusCode).toBe(200);
  });
});

describe("401", () => {
  it("wants an access token of an account that may still act", async () => {
    const { account, secret } = await enrol();
    expect((await remove({ ...account, headers: {} }, { otp: codeOf(secret) })).statusCode).toBe(401);
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    expect((await remove(account, { otp: codeOf(secret) })).statusCode).toBe(401);
  });
});

describe("403", () => {
  it("refuses a wrong code and a used one, and the second factor stays on", async () => {
    const { account, secret } = await enrol();
    const code = codeOf(secret);
    await signIn(service(), account.email, code);
    for (const otp of [code, wrongCode(secret)]) {
      expect((await remove(account, { otp })).json()).toMatchObject({ status: 403, code: "code_refused" });
    }
    expect((await signIn(service(), account.email)).json()).toMatchObject({ code: "otp_required" });
  });
});

describe("404", () => {
  it("has nothing to remove when none is on, also while one waits for its confirmation", async () => {
    const account = await createStaffAccount(service());
    expect((await remove(account, { otp: "123456" })).json()).toMatchObject({ status: 404, code: "totp_not_on" });
    const { secret } = (await startTotp(service(), account)).json<{ secret: string }>();
    expect((await remove(account, { otp: codeOf(secret) })).statusCode).toBe(404);
    expect((await confirmTotp(service(), account, codeOf(secret))).statusCode).toBe(200);
  });
});

describe("409", () => {
  it("keeps the second factor of a password that is too short to stand alone, and spends no code", async () => {
    const { account, secret } = await enrol();
    await sql(service().db, "UPDATE accounts SET password_short = true WHERE account_id = $1", account.accountId);
    const code = codeOf(secret);
    const response = await remove(account, { otp: code });
    expect(response.json()).toMatchObject({ status: 409, code: "second_factor_needed" });
    expect((await signIn(service(), account.email, code)).statusCode).toBe(200);
  });
});

describe("422", () => {
  it.each([{}, { otp: "12345" }, { otp: "123456", password_short: false }])("refuses %j", async (payload) => {
    const { account } = await enrol();
    expect((await remove(account, payload)).statusCode).toBe(422);
  });
});

describe("429", () => {
  it("stops a guesser, of whom fifty come at the same time", async () => {
    const { account, secret } = await enrol();
    const otp = wrongCode(secret);
    const responses = await Promise.all(Array.from({ length: 50 }, () => remove(account, { otp })));
    const tried = responses.filter((response) => response.statusCode === 403);
    expect(tried.length).toBeLessThanOrEqual(5);
    expect(responses.filter((response) => response.statusCode === 429)).toHaveLength(50 - tried.length);
    expect((await remove(account, { otp: codeOf(secret) })).statusCode).toBe(429);
  });
});

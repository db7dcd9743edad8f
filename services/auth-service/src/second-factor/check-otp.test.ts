import { describe, expect, it } from "vitest";
import { admin, openAuthService, postJson, sql, useAuthService } from "../test/open-auth-service.ts";
import { auditOf, codeOf, createStaffAccount, signIn, turnOnTotp, wrongCode } from "../test/staff-account.ts";

const { database, service } = useAuthService();

const enrol = async () => {
  const account = await createStaffAccount(service());
  return { account, ...(await turnOnTotp(service(), account)) };
};

const statusesOf = async (times: number, ask: () => ReturnType<typeof signIn>): Promise<readonly number[]> =>
  (await Promise.all(Array.from({ length: times }, ask))).map((response) => response.statusCode);

describe("six digits", () => {
  it("sign in once: of twenty at the same time one does", async () => {
    const { account, secret } = await enrol();
    const code = codeOf(secret);
    const statuses = await statusesOf(20, () => signIn(service(), account.email, code));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  it("spend the codes of all steps before", async () => {
    const { account, secret } = await enrol();
    const [before, now, after] = [codeOf(secret, -1), codeOf(secret), codeOf(secret, 1)];
    expect((await signIn(service(), account.email, now)).statusCode).toBe(200);
    expect((await signIn(service(), account.email, before)).json()).toMatchObject({ code: "otp_invalid" });
    expect((await signIn(service(), account.email, after)).statusCode).toBe(200);
  });

  it("are told only to those who know the password whether they are right", async () => {
    const { account, secret } = await enrol();
    const ask = (otp: string) =>
      postJson(service().app, {
        url: "/signin",
        payload: { email: account.email, password: `not ${admin.password}`, otp },
      });
    const bodies = [await ask(codeOf(secret)), await ask(wrongCode(secret))].map((response) => response.json());
    for (const body of bodies) expect(body).toMatchObject({ status: 401, code: "sign_in_failed" });
    expect((await signIn(service(), account.email, codeOf(secret))).statusCode).toBe(200);
  });

  it("of another account are worth nothing", async () => {
    const [mine, theirs] = [await enrol(), await enrol()];
    expect((await signIn(service(), mine.account.email, codeOf(theirs.secret))).statusCode).toBe(401);
  });
});

describe("two replicas", () => {
  it("take a code once between them, and count guesses together", async () => {
    const replica = await openAuthService(database().url);
    const { account, secret } = await enrol();
    const code = codeOf(secret);
    const both = [service(), replica];
    const signIns = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => signIn(both[turn % 2] ?? replica, account.email, code)),
    );
    expect(signIns.filter((response) => response.statusCode === 200)).toHaveLength(1);
    const guess = (turn: number) =>
      postJson((both[turn % 2] ?? replica).app, {
        url: "/v2/me/totp/recovery-codes",
        payload: { otp: wrongCode(secret) },
        headers: account.headers,
      });
    const guesses = await Promise.all(Array.from({ length: 20 }, (_, turn) => guess(turn)));
    expect(guesses.filter((response) => response.statusCode === 403).length).toBeLessThanOrEqual(5);
    for (const turn of [0, 1]) expect((await guess(turn)).statusCode).toBe(429);
    await replica.close();
  });
});

describe("a recovery code", () => {
  it("signs in once, however it is typed, and leaves the other nine", async () => {
    const { account, recoveryCodes } = await enrol();
    const [first = "", second = ""] = recoveryCodes;
    expect((await signIn(service(), account.email, first.toLowerCase().replaceAll("-", " "))).statusCode).toBe(200);
    expect((await signIn(service(), account.email, first)).json()).toMatchObject({ code: "otp_invalid" });
    expect((await signIn(service(), account.email, second)).statusCode).toBe(200);
    const used = (await auditOf(service(), account.accountId)).filter((entry) => entry.action === "recovery_code.used");
    expect(used).toHaveLength(2);
    expect(JSON.stringify(used)).not.toContain(first);
  });

  it("signs in once when twenty come with it at the same time", async () => {
    const { account, recoveryCodes } = await enrol();
    const statuses = await statusesOf(20, () => signIn(service(), account.email, recoveryCodes[3]));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    const used = (await auditOf(service(), account.accountId)).filter((entry) => entry.action === "recovery_code.used");
    expect(used).toHaveLength(1);
  });

  it("of another account is worth nothing, also when its row is moved over", async () => {
    const [mine, theirs] = [await enrol(), await enrol()];
    await sql(
      service().db,
      "UPDATE recovery_codes SET account_id = $1 WHERE account_id = $2",
      mine.account.accountId,
      theirs.account.accountId,
    );
    expect((await signIn(service(), mine.account.email, theirs.recoveryCodes[0])).statusCode).toBe(401);
  });
});

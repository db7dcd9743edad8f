import { describe, expect, it } from "vitest";
import { sql, useAuthService } from "../test/open-auth-service.ts";
import {
  auditOf,
  codeOf,
  confirmTotp,
  createStaffAccount,
  signIn,
  startTotp,
  turnOnTotp,
  wrongCode,
} from "../test/staff-account.ts";

const logLines: string[] = [];
const { service } = useAuthService({ logLines });

const start = async () => {
  const account = await createStaffAccount(service());
  const { secret } = (await startTotp(service(), account)).json<{ secret: string }>();
  return { account, secret };
};

describe("200", () => {
  it("answers ten recovery codes, this once, and keeps HMACs of them", async () => {
    const { account, secret } = await start();
    const response = await confirmTotp(service(), account, codeOf(secret));
    expect(response.statusCode).toBe(200);
    const { recovery_codes: codes } = response.json<{ recovery_codes: string[] }>();
    expect(codes).toHaveLength(10);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    const rows = await sql<{ digest: string }>(
      service().db,
      "SELECT digest FROM recovery_codes WHERE account_id = $1",
      account.accountId,
    );
    expect(rows).toHaveLength(10);
    for (const { digest } of rows) expect(digest).toMatch(/^[0-9a-f]{64}$/);
    const said = `${logLines.join("")}${JSON.stringify(await auditOf(service(), account.accountId))}`;
    for (const secretText of [secret, ...codes, ...codes.map((code) => code.replaceAll("-", ""))]) {
      expect(said).not.toContain(secretText);
    }
  });

  it("asks for a code from the next sign-in on, and ends no sign-in", async () => {
    const { account, secret } = await start();
    await confirmTotp(service(), account, codeOf(secret, -1));
    const me = await service().app.inject({ url: "/v2/me", headers: account.headers });
    expect(me.json()).toMatchObject({ second_factor: true });
    expect((await signIn(service(), account.email)).json()).toMatchObject({ status: 401, code: "otp_required" });
    expect((await signIn(service(), account.email, codeOf(secret))).statusCode).toBe(200);
  });

  it("takes the code of the step before and of the one after", async () => {
    for (const steps of [-1, 1]) {
      const { account, secret } = await start();
      expect((await confirmTotp(service(), account, codeOf(secret, steps))).statusCode).toBe(200);
    }
  });

  it("is written into the customer's log", async () => {
    const { account, secret } = await start();
    await confirmTotp(service(), account, codeOf(secret));
    const [customer] = await sql<{ customer_id: string }>(service().db, "SELECT customer_id FROM customers");
    const entries = await auditOf(service(), account.accountId);
    expect(entries.filter((entry) => entry.action === "second_factor.confirmed")).toEqual([
      expect.objectContaining({ chain_id: customer?.customer_id, actor: { kind: "account", id: account.accountId } }),
    ]);
  });
});

describe("a code works once", () => {
  it("does not sign in with the code that confirmed", async () => {
    const { account, secret } = await start();
    const code = codeOf(secret);
    await confirmTotp(service(), account, code);
    expect((await signIn(service(), account.email, code)).json()).toMatchObject({ status: 401, code: "otp_invalid" });
    expect((await signIn(service(), account.email, codeOf(secret, 1))).statusCode).toBe(200);
  });

  it("confirms once when twenty ask at the same time, with one set of recovery codes", async () => {
    const { account, secret } = await start();
    const code = codeOf(secret);
    const responses = await Promise.all(Array.from({ length: 20 }, () => confirmTotp(service(), account, code)));
    const winners = responses.filter((response) => response.statusCode === 200);
    expect(winners).toHaveLength(1);
    for (const response of responses) expect([200, 409, 429]).toContain(response.statusCode);
    const codes = winners[0]?.json<{ recovery_codes: string[] }>().recovery_codes ?? [];
    expect((await signIn(service(), account.email, codes[0])).statusCode).toBe(200);
    const rows = await sql(service().db, "SELECT 1 FROM recovery_codes WHERE account_id = $1", account.accountId);
    expect(rows).toHaveLength(10);
  });
});

describe("401", () => {
  it("wants an access token of an account that may still act", async () => {
    const { account, secret } = await start();
    expect((await confirmTotp(service(), { ...account, headers: {} }, codeOf(secret))).statusCode).toBe(401);
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    expect((await confirmTotp(service(), account, codeOf(secret))).statusCode).toBe(401);
  });
});

describe("403", () => {
  it("refuses a wrong code, one of long ago, one of the future and what is no code", async () => {
    const { account, secret } = await start();
    for (const otp of [codeOf(secret, -3), codeOf(secret, 3), wrongCode(secret), "0123-4567-89AB-CDEF"]) {
      const response = await confirmTotp(service(), account, otp);
      expect(response.json()).toMatchObject({ status: 403, code: "code_refused" });
    }
    expect((await signIn(service(), account.email)).statusCode).toBe(200);
  });

  it("refuses the code of another account's seed", async () => {
    const [mine, theirs] = [await start(), await start()];
    expect((await confirmTotp(service(), mine.account, codeOf(theirs.secret))).statusCode).toBe(403);
  });

  it("does not open a seed that was copied from another account's row", async () => {
    const [mine, theirs] = [await start(), await start()];
    await sql(
      service().db,
      "UPDATE accounts SET totp_box = (SELECT totp_box FROM accounts WHERE account_id = $1) WHERE account_id = $2",
      mine.account.accountId,
      theirs.account.accountId,
    );
    const response = await confirmTotp(service(), theirs.account, codeOf(mine.secret));
    expect(response.json()).toMatchObject({ status: 500, code: "internal_error" });
  });
});

describe("409", () => {
  it("tells apart what was never begun and what is on already", async () => {
    const account = await createStaffAccount(service());
    const early = await confirmTotp(service(), account, "123456");
    expect(early.json()).toMatchObject({ status: 409, code: "totp_not_started" });
    const { secret } = await turnOnTotp(service(), account);
    const late = await confirmTotp(service(), account, codeOf(secret));
    expect(late.json()).toMatchObject({ status: 409, code: "totp_already_on" });
  });
});

describe("422", () => {
  it.each(["12345", "1".repeat(65)])("refuses %j", async (otp) => {
    const { account } = await start();
    expect((await confirmTotp(service(), account, otp)).statusCode).toBe(422);
  });
});

describe("429", () => {
  it("stops a guesser, of whom a hundred come at the same time", async () => {
    const { account, secret } = await start();
    const wrong = wrongCode(secret);
    const responses = await Promise.all(Array.from({ length: 100 }, () => confirmTotp(service(), account, wrong)));
    const tried = responses.filter((response) => response.statusCode === 403);
    expect(tried.length).toBeLessThanOrEqual(5);
    expect(responses.filter((response) => response.statusCode === 429)).toHaveLength(100 - tried.length);
    const right = await confirmTotp(service(), account, codeOf(secret));
    expect(right.statusCode).toBe(429);
    expect(Number(right.headers["retry-after"])).toBeGreaterThan(0);
  });
});

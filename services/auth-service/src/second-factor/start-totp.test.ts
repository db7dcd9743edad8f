import { describe, expect, it } from "vitest";
import { admin, sql, useAuthService } from "../test/open-auth-service.ts";
import {
  ageSignIn,
  auditOf,
  codeOf,
  confirmTotp,
  createStaffAccount,
  dropPassword,
  signIn,
  startTotp,
  turnOnTotp,
} from "../test/staff-account.ts";

const logLines: string[] = [];
const { service } = useAuthService({ logLines });

interface Started {
  readonly secret: string;
  readonly otpauth_url: string;
}

describe("201", () => {
  it("shows 20 random bytes once, and keeps them sealed", async () => {
    const account = await createStaffAccount(service());
    const response = await startTotp(service(), account);
    expect(response.statusCode).toBe(201);
    expect(response.headers["cache-control"]).toBe("no-store");
    const { secret, otpauth_url } = response.json<Started>();
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(new URL(otpauth_url).searchParams.get("secret")).toBe(secret);
    expect(decodeURIComponent(otpauth_url)).toContain(`Roundtrip surveys.example:${account.email}`);
    const [row] = await sql<{ all: string }>(
      service().db,
      "SELECT row_to_json(a)::text AS all FROM accounts a WHERE account_id = $1",
      account.accountId,
    );
    expect(row?.all).toContain("v1.1.");
    expect(row?.all).not.toContain(secret);
    expect(logLines.join("")).not.toContain(secret);
    const [entry] = (await auditOf(service(), account.accountId)).filter((it) => it.action === "second_factor.started");
    expect(entry).toMatchObject({
      actor: { kind: "account", id: account.accountId },
      address: "127.0.0.0/24",
      detail: {},
    });
  });

  it("changes nothing about signing in until it is confirmed", async () => {
    const account = await createStaffAccount(service());
    const { secret } = (await startTotp(service(), account)).json<Started>();
    expect((await signIn(service(), account.email)).statusCode).toBe(200);
    expect((await signIn(service(), account.email, codeOf(secret))).statusCode).toBe(200);
  });

  it("starts anew while nothing is confirmed, and the seed before is worth nothing", async () => {
    const account = await createStaffAccount(service());
    const first = (await startTotp(service(), account)).json<Started>();
    const second = (await startTotp(service(), account)).json<Started>();
    expect(second.secret).not.toBe(first.secret);
    expect((await confirmTotp(service(), account, codeOf(first.secret))).statusCode).toBe(403);
    expect((await confirmTotp(service(), account, codeOf(second.secret))).statusCode).toBe(200);
  });

  it("takes a fresh sign-in for an account without a password", async () => {
    const account = await createStaffAccount(service());
    await dropPassword(service(), account);
    await ageSignIn(service(), account, 9);
    expect((await startTotp(service(), account, {})).statusCode).toBe(201);
  });
});

describe("401", () => {
  it("is for nobody whose sign-in has been ended", async () => {
    const account = await createStaffAccount(service());
    await dropPassword(service(), account);
    await sql(service().db, "UPDATE sign_ins SET revoked_at = now() WHERE account_id = $1", account.accountId);
    expect((await startTotp(service(), account, {})).statusCode).toBe(401);
  });

  it("wants an access token of an account that may still act", async () => {
    const account = await createStaffAccount(service());
    expect((await startTotp(service(), { ...account, headers: {} })).statusCode).toBe(401);
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    expect((await startTotp(service(), account)).json()).toMatchObject({ status: 401, code: "unauthorized" });
  });
});

describe("403", () => {
  it.each([{ password: "not this one, is it?" }, {}])("wants the password: %j", async (payload) => {
    const account = await createStaffAccount(service());
    const response = await startTotp(service(), account, payload);
    expect(response.json()).toMatchObject({ status: 403, code: "password_wrong" });
    expect(response.body).not.toContain("secret");
    expect(await seedBoxOf(account.accountId)).toBeNull();
  });

  it("wants a sign-in of the last ten minutes from an account without a password, whatever it sends", async () => {
    const account = await createStaffAccount(service());
    await dropPassword(service(), account);
    await ageSignIn(service(), account, 11);
    for (const payload of [{}, { password: admin.password }]) {
      const response = await startTotp(service(), account, payload);
      expect(response.json()).toMatchObject({ status: 403, code: "sign_in_too_old" });
    }
  });
});

describe("409", () => {
  it("leaves a second factor that is on as it is", async () => {
    const account = await createStaffAccount(service());
    const { secret } = await turnOnTotp(service(), account);
    const response = await startTotp(service(), account);
    expect(response.json()).toMatchObject({ status: 409, code: "totp_already_on" });
    expect((await signIn(service(), account.email, codeOf(secret))).statusCode).toBe(200);
  });
});

describe("422", () => {
  it.each([
    null,
    [],
    { password: "" },
    { password: 7 },
    { password: "x".repeat(1_025) },
    { password: "x", secret: "A" },
  ])("refuses %j", async (payload) => {
    const account = await createStaffAccount(service());
    expect((await startTotp(service(), account, payload)).statusCode).toBe(422);
  });
});

describe("429", () => {
  it("does not let a stolen session guess the password", async () => {
    const account = await createStaffAccount(service());
    const statuses = new Set<number>();
    for (let guess = 0; guess < 8; guess += 1) {
      statuses.add((await startTotp(service(), account, { password: `guess ${guess}` })).statusCode);
    }
    expect([...statuses]).toEqual([403, 429]);
    const right = await startTotp(service(), account);
    expect(right.statusCode).toBe(429);
    expect(Number(right.headers["retry-after"])).toBeGreaterThan(0);
    expect(await seedBoxOf(account.accountId)).toBeNull();
  });
});

const seedBoxOf = async (accountId: string): Promise<string | null> => {
  const [row] = await sql<{ totp_box: string | null }>(
    service().db,
    "SELECT totp_box FROM accounts WHERE account_id = $1",
    accountId,
  );
  return row?.totp_box ?? null;
};

import { describe, expect, it } from "vitest";
import { admin, publicUrl, sql, useAuthService } from "../test/open-auth-service.ts";
import { askRegistration, createPasskey, type Registration, startRegistration } from "../test/passkey-scene.ts";
import { ageSignIn, codeOf, createStaffAccount, dropPassword, turnOnTotp, wrongCode } from "../test/staff-account.ts";
import { userHandle } from "./relying-party.rules.ts";

const { service } = useAuthService();

describe("200", () => {
  it("asks for a discoverable credential that verifies its user, without attestation, for this origin", async () => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    expect(options).toMatchObject({
      rp: { id: new URL(publicUrl).hostname, name: "Roundtrip" },
      user: { id: userHandle(account.accountId), name: account.email },
      timeout: 300_000,
      attestation: "none",
      excludeCredentials: [],
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    });
    expect(Buffer.from(options.challenge, "base64url").length).toBeGreaterThanOrEqual(16);
    const [row] = await sql<{ box: string; account_id: string; minutes: number }>(
      service().db,
      `SELECT box, account_id, extract(epoch FROM expires_at - created_at)::int / 60 AS minutes
       FROM challenges WHERE challenge_id = $1`,
      challenge_id,
    );
    expect(row).toMatchObject({ account_id: account.accountId, minutes: 5 });
    expect(row?.box).not.toContain(options.challenge);
  });

  it("gives every ceremony a challenge of its own", async () => {
    const account = await createStaffAccount(service());
    const [a, b] = [await startRegistration(service(), account), await startRegistration(service(), account)];
    expect(a.options.challenge).not.toBe(b.options.challenge);
    expect(a.challenge_id).not.toBe(b.challenge_id);
  });

  it("names the account's own passkeys, so that an authenticator is not registered twice, and nobody else's", async () => {
    const [account, other] = [await createStaffAccount(service()), await createStaffAccount(service())];
    const { authenticator } = await createPasskey(service(), account);
    await createPasskey(service(), other);
    const { options } = await startRegistration(service(), account);
    const id = authenticator.credentialId.toString("base64url");
    expect(options["excludeCredentials"]).toEqual([{ id, type: "public-key", transports: ["internal"] }]);
  });

  it("takes a fresh sign-in for an account without a password", async () => {
    const account = await createStaffAccount(service());
    await dropPassword(service(), account);
    expect((await askRegistration(service(), account, {})).statusCode).toBe(200);
  });

  it("takes the password and a code where the second factor is on", async () => {
    const account = await createStaffAccount(service());
    const { secret } = await turnOnTotp(service(), account);
    const payload = { password: admin.password, otp: codeOf(secret) };
    expect((await askRegistration(service(), account, payload)).statusCode).toBe(200);
    expect((await askRegistration(service(), account, payload)).statusCode).toBe(403);
  });
});

describe("401", () => {
  it("wants an access token of an account that may still act", async () => {
    const account = await createStaffAccount(service());
    expect((await askRegistration(service(), { headers: {} })).statusCode).toBe(401);
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    expect((await askRegistration(service(), account)).statusCode).toBe(401);
  });
});

describe("403", () => {
  it.each([{}, { password: "not this one, is it?" }])("wants the password: %j", async (payload) => {
    const account = await createStaffAccount(service());
    const response = await askRegistration(service(), account, payload);
    expect(response.json()).toMatchObject({ status: 403, code: "password_wrong" });
  });

  it("wants a code as well where the second factor is on: a passkey signs in without one", async () => {
    const account = await createStaffAccount(service());
    const { secret } = await turnOnTotp(service(), account);
    for (const otp of [undefined, wrongCode(secret)]) {
      const response = await askRegistration(service(), account, { password: admin.password, otp });
      expect(response.json()).toMatchObject({ status: 403, code: "code_refused" });
    }
    const alone = await askRegistration(service(), account, { otp: codeOf(secret) });
    expect(alone.json()).toMatchObject({ status: 403, code: "password_wrong" });
  });

  it("wants a sign-in of the last ten minutes from an account without a password", async () => {
    const account = await createStaffAccount(service());
    await dropPassword(service(), account);
    await ageSignIn(service(), account, 11);
    const response = await askRegistration(service(), account, {});
    expect(response.json()).toMatchObject({ status: 403, code: "sign_in_too_old" });
  });
});

describe("409", () => {
  it("stops at twenty", async () => {
    const account = await createStaffAccount(service());
    await sql(
      service().db,
      `INSERT INTO passkeys (passkey_id, account_id, credential_id, public_key, counter, transports, name)
       SELECT gen_random_uuid(), $1::uuid, $1::uuid::text || n, 'k', 0, '{}', 'n' FROM generate_series(1, 20) AS n`,
      account.accountId,
    );
    const response = await askRegistration(service(), account);
    expect(response.json()).toMatchObject({ status: 409, code: "too_many_passkeys" });
  });
});

describe("422", () => {
  it.each([null, { password: 1 }, { password: "" }, { password: admin.password, account_id: "x" }])(
    "refuses %j",
    async (payload) => {
      const account = await createStaffAccount(service());
      expect((await askRegistration(service(), account, payload)).statusCode).toBe(422);
    },
  );
});

describe("429", () => {
  it("does not let a stolen session guess the password", async () => {
    const account = await createStaffAccount(service());
    const ask = (password: string) => askRegistration(service(), account, { password });
    const statuses = [];
    for (let guess = 0; guess < 8; guess += 1) statuses.push((await ask(`guess ${guess}`)).statusCode);
    expect(new Set(statuses)).toEqual(new Set([403, 429]));
    expect((await ask(admin.password)).statusCode).toBe(429);
  });
});

describe("the table of challenges", () => {
  it("does not grow: each new one takes two old ones along", async () => {
    const account = await createStaffAccount(service());
    const kept: Registration = await startRegistration(service(), account);
    await sql(
      service().db,
      `INSERT INTO challenges (challenge_id, purpose, box, expires_at)
       SELECT gen_random_uuid(), 'passkey_sign_in', 'b', now() - n * interval '1 min' FROM generate_series(1, 6) AS n`,
    );
    for (let turn = 0; turn < 3; turn += 1) await startRegistration(service(), account);
    const rows = await sql<{ challenge_id: string }>(
      service().db,
      "SELECT challenge_id FROM challenges WHERE box = 'b'",
    );
    expect(rows).toEqual([]);
    const mine = await sql(service().db, "SELECT 1 FROM challenges WHERE challenge_id = $1", kept.challenge_id);
    expect(mine).toHaveLength(1);
  });
});

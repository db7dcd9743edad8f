import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { refresh, sql, useAuthService } from "../test/open-auth-service.ts";
import { createPasskey, signInWith } from "../test/passkey-scene.ts";
import { auditOf, createStaffAccount, dropPassword, type StaffAccount } from "../test/staff-account.ts";

const { service } = useAuthService();

const forget = (account: Pick<StaffAccount, "headers">, id: string) =>
  service().app.inject({ method: "DELETE", url: `/v2/me/passkeys/${id}`, headers: account.headers });

const list = async (account: Pick<StaffAccount, "headers">) =>
  service().app.inject({ url: "/v2/me/passkeys", headers: account.headers });

describe("the list", () => {
  it("has the account's own, oldest first, and no key", async () => {
    const [account, other] = [await createStaffAccount(service()), await createStaffAccount(service())];
    expect((await list(account)).json()).toEqual({ data: [], next: null });
    await createPasskey(service(), account, "Laptop");
    await createPasskey(service(), account, "Phone <b>");
    await createPasskey(service(), other, "Theirs");
    const body = (await list(account)).json();
    expect(body.data.map((item: { name: string }) => item.name)).toEqual(["Laptop", "Phone <b>"]);
    expect(Object.keys(body.data[0])).toEqual(["passkey_id", "name", "created_at", "last_used_at"]);
    const me = await service().app.inject({ url: "/v2/me", headers: account.headers });
    expect(me.json()).toMatchObject({ passkeys: 2 });
  });

  it("wants an access token", async () => {
    expect((await list({ headers: {} })).statusCode).toBe(401);
  });
});

describe("204", () => {
  it("signs nobody in any more, ends the other sign-ins and is written down", async () => {
    const account = await createStaffAccount(service());
    const { authenticator, passkeyId } = await createPasskey(service(), account);
    const thief = (await signInWith(service(), authenticator)).json<{ refreshToken: string }>();
    const response = await forget(account, passkeyId.toUpperCase());
    expect(response.statusCode).toBe(204);
    expect((await signInWith(service(), authenticator)).statusCode).toBe(401);
    expect((await refresh(service().app, thief.refreshToken)).statusCode).toBe(401);
    const own = await sql(
      service().db,
      "SELECT 1 FROM sign_ins WHERE account_id = $1 AND revoked_at IS NULL",
      account.accountId,
    );
    expect(own).toHaveLength(1);
    const deleted = (await auditOf(service(), account.accountId)).filter((entry) => entry.action === "passkey.deleted");
    expect(deleted).toEqual([expect.objectContaining({ target: { kind: "passkey", id: passkeyId } })]);
  });

  it("lets the only passkey of an account go that has a provider instead of a password", async () => {
    const account = await createStaffAccount(service());
    const { passkeyId } = await createPasskey(service(), account);
    await dropPassword(service(), account);
    await sql(
      service().db,
      "INSERT INTO account_identities (issuer, subject, account_id) VALUES ('https://login.example', $1, $2)",
      account.email,
      account.accountId,
    );
    expect((await forget(account, passkeyId)).statusCode).toBe(204);
  });
});

describe("401", () => {
  it("wants an access token of an account that may still act", async () => {
    const account = await createStaffAccount(service());
    const { passkeyId } = await createPasskey(service(), account);
    expect((await forget({ headers: {} }, passkeyId)).statusCode).toBe(401);
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    expect((await forget(account, passkeyId)).statusCode).toBe(401);
  });
});

describe("404", () => {
  it("is one answer for an unknown, a deleted and another account's", async () => {
    const [account, other] = [await createStaffAccount(service()), await createStaffAccount(service())];
    const theirs = await createPasskey(service(), other);
    const mine = await createPasskey(service(), account);
    await forget(account, mine.passkeyId);
    for (const id of [uuidv7(), mine.passkeyId, theirs.passkeyId]) {
      const response = await forget(account, id);
      expect(response.json()).toMatchObject({ status: 404, code: "passkey_not_found" });
    }
    expect((await signInWith(service(), theirs.authenticator)).statusCode).toBe(200);
  });
});

describe("409", () => {
  it("leaves an account without password and provider one of its passkeys, also when both go at the same time", async () => {
    const account = await createStaffAccount(service());
    const made = [await createPasskey(service(), account, "Laptop"), await createPasskey(service(), account, "Phone")];
    await dropPassword(service(), account);
    const answers = await Promise.all(made.map(({ passkeyId }) => forget(account, passkeyId)));
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([204, 409]);
    expect(answers.find((answer) => answer.statusCode === 409)?.json()).toMatchObject({ code: "last_way_in" });
    expect((await list(account)).json().data).toHaveLength(1);
  });
});

describe("422", () => {
  it("refuses what is no id", async () => {
    const account = await createStaffAccount(service());
    expect((await forget(account, "all")).statusCode).toBe(422);
  });
});

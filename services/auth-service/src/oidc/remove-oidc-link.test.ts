import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { addAccount, auditOf, link, linksOf, signInAs, useOidcScene } from "../test/oidc-scene.ts";
import { admin, adminHeaders, cookieName, refreshWithCookie, sql } from "../test/open-auth-service.ts";

const { scene } = useOidcScene();

const makeLinked = async (name: string) => {
  const email = `${name}@clinic.example`;
  const accountId = await addAccount(scene(), email);
  await link(scene(), name, accountId);
  scene().provider.people.set(name, {});
  return { accountId, headers: await adminHeaders(scene().app, { email, password: admin.password }) };
};

const unlink = (headers: Record<string, string>) =>
  scene().app.inject({ method: "DELETE", url: "/v2/me/oidc", headers });

const dropPassword = (accountId: string) =>
  sql(scene().db, "UPDATE accounts SET password_hash = NULL WHERE account_id = $1", accountId);

describe("204", () => {
  it("unlinks: nobody signs in that way any more, and those who did are signed out", async () => {
    const { accountId, headers } = await makeLinked("una");
    const back = await signInAs(scene(), "una");
    const cookie = back.cookies.find((one) => one.name === cookieName)?.value ?? "";
    expect((await unlink(headers)).statusCode).toBe(204);
    expect(await linksOf(scene(), accountId)).toEqual([]);
    expect((await signInAs(scene(), "una")).statusCode).toBe(401);
    expect((await refreshWithCookie(scene().app, cookie)).statusCode).toBe(401);
    const own = await sql<{ live: number }>(
      scene().db,
      "SELECT count(*)::int AS live FROM sign_ins WHERE account_id = $1 AND revoked_at IS NULL",
      accountId,
    );
    expect(own).toEqual([{ live: 1 }]);
    expect(await auditOf(scene(), accountId)).toContainEqual({ action: "identity.unlinked", detail: {} });
  });

  it("lets an account go that has a passkey and no password", async () => {
    const { accountId, headers } = await makeLinked("pia");
    await dropPassword(accountId);
    await sql(
      scene().db,
      "INSERT INTO passkeys (passkey_id, account_id, credential_id, public_key, counter, transports, name) VALUES ($1, $2, 'c', 'k', 0, '{}', 'Key')",
      uuidv7(),
      accountId,
    );
    expect((await unlink(headers)).statusCode).toBe(204);
  });
});

describe("401", () => {
  it("is for strangers, and for an account that was disabled a moment ago", async () => {
    expect((await unlink({})).statusCode).toBe(401);
    const { accountId, headers } = await makeLinked("dan");
    await sql(scene().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", accountId);
    expect((await unlink(headers)).statusCode).toBe(401);
    expect(await linksOf(scene(), accountId)).toEqual(["dan"]);
  });
});

describe("404", () => {
  it("is for an account that is not linked, also the second of two at once", async () => {
    const { headers } = await makeLinked("dob");
    const answers = await Promise.all([unlink(headers), unlink(headers)]);
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([204, 404]);
    expect((await unlink(headers)).json()).toMatchObject({ code: "oidc_not_linked" });
  });
});

describe("409", () => {
  it("leaves an account its last way in", async () => {
    const { accountId, headers } = await makeLinked("las");
    await dropPassword(accountId);
    expect((await unlink(headers)).json()).toMatchObject({ status: 409, code: "last_way_in" });
    expect(await linksOf(scene(), accountId)).toEqual(["las"]);
  });
});

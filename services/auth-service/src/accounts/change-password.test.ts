import { nudges } from "@roundtrip/contracts/subjects";
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  auditEntries,
  findClinic,
  type MadeAccount,
  type MadeCustomer,
  makeAccount,
  signInAs,
} from "../test/make-staff.ts";
import { claimsOf, postJson, refresh, sql, useAuthService } from "../test/open-auth-service.ts";
import { linkIn, useMailbox } from "../test/open-mailbox.ts";

const { mailbox, env } = useMailbox();
const { service } = useAuthService({ workers: true, env });
const password = "a sentence nobody guesses";
const heard: string[] = [];
let clinic: MadeCustomer;
beforeAll(async () => {
  clinic = await findClinic(service().db);
  await service().bus.listen(nudges.credentialsChanged, (id) => void heard.push(id));
});

/** A member with two sign-ins; `headers` are of the first. */
const openMember = async () => {
  const { app, db } = service();
  const member = await makeAccount(db, { [clinic.customerId]: "viewer" });
  const [own, other] = [await signInAs(app, member), await signInAs(app, member)];
  const { accessToken } = (await refresh(app, own)).json<{ accessToken: string }>();
  return { ...member, own, other, headers: { "x-auth-token": accessToken } };
};
const change = (headers: Record<string, string>, payload: unknown) =>
  postJson(service().app, { url: "/v2/me/password", payload, headers });
const signIn = ({ email }: MadeAccount, secret: string) =>
  postJson(service().app, { url: "/signin", payload: { email, password: secret } });

describe("204", () => {
  it("changes it: every other sign-in ends, the own one goes on, and the owner hears of it by mail", async () => {
    const { app, db } = service();
    const member = await openMember();
    const answer = await change(member.headers, { current_password: member.password, password });
    expect([answer.statusCode, answer.body]).toEqual([204, ""]);
    expect((await refresh(app, member.other)).statusCode).toBe(401);
    expect((await refresh(app, member.own)).statusCode).toBe(200);
    expect((await signIn(member, member.password)).statusCode).toBe(401);
    expect((await signIn(member, password)).statusCode).toBe(200);
    await vi.waitFor(() => expect(heard).toContain(claimsOf(member.other).sid));
    expect(heard).not.toContain(claimsOf(member.own).sid);
    const notice = await mailbox().latestTo(member.email);
    expect(notice.headers.get("subject")).toBe("Your password was changed");
    const entries = (await auditEntries(db, "password.changed")).filter(
      ({ body }) => body.actor.id === member.accountId,
    );
    expect(entries).toMatchObject([{ chainId: clinic.customerId, body: { detail: {} } }]);
  });

  it("kills links to set a password that are still on their way", async () => {
    const { app } = service();
    const member = await openMember();
    await postJson(app, { url: "/password-reset", payload: { email: member.email } });
    const { pathname } = linkIn(await mailbox().latestTo(member.email));
    await change(member.headers, { current_password: member.password, password });
    const late = await postJson(app, { url: pathname, payload: { password: "another long password" } });
    expect(late.statusCode).toBe(404);
  });

  it("is done by one of five at once with five new passwords", async () => {
    const member = await openMember();
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        change(member.headers, { current_password: member.password, password: `${password} ${index}` }),
      ),
    );
    const won = answers.flatMap((answer, index) => (answer.statusCode === 204 ? [index] : []));
    expect(won).toHaveLength(1);
    const others = answers.map((answer) => answer.statusCode).filter((status) => status !== 204);
    expect(others.filter((status) => status !== 403 && status !== 429)).toEqual([]);
    expect((await signIn(member, `${password} ${won[0]}`)).statusCode).toBe(200);
  });
});

describe("403", () => {
  it("wants the current password, and changes nothing without it", async () => {
    const member = await openMember();
    const answer = await change(member.headers, { current_password: "a wrong password indeed", password });
    expect(answer.json()).toMatchObject({ status: 403, code: "password_wrong" });
    expect((await signIn(member, member.password)).statusCode).toBe(200);
  });

  it("gives an account without a password none this way", async () => {
    const member = await openMember();
    await sql(service().db, "UPDATE accounts SET password_hash = NULL WHERE account_id = $1", member.accountId);
    const answer = await change(member.headers, { current_password: "anything at all", password });
    expect(answer.json()).toMatchObject({ status: 403, code: "password_wrong" });
  });
});

describe("401", () => {
  it("wants an access token, and an account that is not disabled", async () => {
    const member = await openMember();
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", member.accountId);
    const given = { current_password: member.password, password };
    expect((await change(member.headers, given)).json()).toMatchObject({ status: 401, code: "unauthorized" });
    expect((await change({}, given)).statusCode).toBe(401);
  });
});

describe("422", () => {
  it("refuses a new password against the policy, and keeps the old one", async () => {
    const member = await openMember();
    const answer = await change(member.headers, { current_password: member.password, password: "fourteen chars" });
    expect(answer.json()).toMatchObject({ code: "password_refused", detail: [{ loc: ["body", "password"] }] });
    expect((await signIn(member, member.password)).statusCode).toBe(200);
  });

  it.each([
    ["as it is", (given: string) => given],
    ["in another spelling of the same", (given: string) => given.replace("a", "ａ")],
  ])("refuses the current password as the new one, %s", async (_name, spell) => {
    const member = await openMember();
    const answer = await change(member.headers, {
      current_password: member.password,
      password: spell(member.password),
    });
    expect(answer.json()).toMatchObject({
      code: "password_refused",
      detail: [{ loc: ["body", "password"], msg: expect.stringContaining("now") }],
    });
  });

  it.each([{ password }, { current_password: "x", password, email: "x@y.example" }, { current_password: 1, password }])(
    "refuses %j",
    async (payload) => {
      const { headers } = await openMember();
      expect((await change(headers, payload)).statusCode).toBe(422);
    },
  );
});

describe("429", () => {
  it("lets nobody with a stolen session guess the password", async () => {
    const member = await openMember();
    const statuses: number[] = [];
    for (let index = 0; index < 8; index += 1) {
      const payload = { current_password: `guess number ${index} of it`, password };
      statuses.push((await change(member.headers, payload)).statusCode);
    }
    expect(statuses.slice(0, 5)).toEqual(Array(5).fill(403));
    expect(statuses.at(-1)).toBe(429);
    expect((await change(member.headers, { current_password: member.password, password })).statusCode).toBe(429);
  });
});

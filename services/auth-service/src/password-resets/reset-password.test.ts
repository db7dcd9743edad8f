import { nudges } from "@roundtrip/contracts/subjects";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  auditEntries,
  findClinic,
  headersOf,
  type MadeAccount,
  type MadeCustomer,
  makeAccount,
  signInAs,
} from "../test/make-staff.ts";
import { openAuthService, postJson, refresh, sql, useAuthService } from "../test/open-auth-service.ts";
import { linkIn, useMailbox } from "../test/open-mailbox.ts";

const { mailbox, env } = useMailbox();
const { service, database } = useAuthService({ workers: true, env });
const password = "a sentence nobody guesses";
const heard: string[] = [];
let clinic: MadeCustomer;
beforeAll(async () => {
  clinic = await findClinic(service().db);
  await service().bus.listen(nudges.credentialsChanged, (id) => void heard.push(id));
});
afterEach(() => sql(service().db, "TRUNCATE rate_limits"));

const makeMember = () => makeAccount(service().db, { [clinic.customerId]: "viewer" });
const linkFor = async ({ email }: MadeAccount): Promise<string> => {
  const before = mailbox().countTo(email);
  await postJson(service().app, { url: "/password-reset", payload: { email } });
  return linkIn(await mailbox().latestTo(email, before)).pathname;
};
const reset = (path: string, payload: unknown = { password }, app = service().app) =>
  postJson(app, { url: path, payload });
const signIn = (email: string, secret: string) =>
  postJson(service().app, { url: "/signin", payload: { email, password: secret } });

describe("204", () => {
  it("sets the password: the new one works, the old one does not, and every sign-in has ended", async () => {
    const { app } = service();
    const member = await makeMember();
    const refreshToken = await signInAs(app, member);
    const answer = await reset(await linkFor(member));
    expect([answer.statusCode, answer.body, answer.headers["set-cookie"]]).toEqual([204, "", undefined]);
    expect((await refresh(app, refreshToken)).statusCode).toBe(401);
    expect((await signIn(member.email, member.password)).statusCode).toBe(401);
    expect((await signIn(member.email, password)).statusCode).toBe(200);
    await vi.waitFor(() => expect(heard).toContain(member.accountId));
  });

  it("tells the owner by mail, and the audit log, neither with a secret", async () => {
    const member = await makeMember();
    const path = await linkFor(member);
    const before = mailbox().countTo(member.email);
    await reset(path);
    const notice = await mailbox().latestTo(member.email, before);
    expect(notice.headers.get("subject")).toBe("Your password was changed");
    expect(notice.text).not.toContain("password-reset/");
    const entries = (await auditEntries(service().db, "password.reset")).filter(
      ({ body }) => body.actor.id === member.accountId,
    );
    expect(entries).toMatchObject([{ chainId: clinic.customerId, body: { detail: { first: false } } }]);
    expect(JSON.stringify(entries)).not.toMatch(/staff\.example|nobody guesses/);
  });

  it("kills the account's other links", async () => {
    const member = await makeMember();
    const [older, newer] = [await linkFor(member), await linkFor(member)];
    expect((await reset(newer)).statusCode).toBe(204);
    expect((await reset(older)).json()).toMatchObject({ status: 404, code: "link_not_found" });
  });

  it("leaves the second factor on", async () => {
    const { db } = service();
    const member = await makeMember();
    const turnOn = "UPDATE accounts SET totp_box = 'sealed', totp_confirmed_at = now() WHERE account_id = $1";
    await sql(db, turnOn, member.accountId);
    expect((await reset(await linkFor(member))).statusCode).toBe(204);
    expect((await signIn(member.email, password)).json()).toMatchObject({ status: 401, code: "otp_required" });
  });

  it("takes 8 characters beside a second factor, and marks the password as one that cannot stand alone", async () => {
    const { db } = service();
    const member = await makeMember();
    const short = "brkfst-7";
    const path = await linkFor(member);
    expect((await reset(path, { password: short })).statusCode).toBe(422);
    const turnOn = "UPDATE accounts SET totp_box = 'sealed', totp_confirmed_at = now() WHERE account_id = $1";
    await sql(db, turnOn, member.accountId);
    expect((await reset(path, { password: short })).statusCode).toBe(204);
    const [row] = await sql(db, "SELECT password_short FROM accounts WHERE account_id = $1", member.accountId);
    expect(row).toEqual({ password_short: true });
  });

  it("frees an account that guessers have throttled", async () => {
    const member = await makeMember();
    const statuses: number[] = [];
    for (let index = 0; index < 7; index += 1) {
      statuses.push((await signIn(member.email, `a wrong guess number ${index}`)).statusCode);
    }
    expect(statuses.at(-1)).toBe(429);
    await reset(await linkFor(member));
    expect((await signIn(member.email, password)).statusCode).toBe(200);
  });

  it("is spent once by 20 at once on two replicas", async () => {
    const member = await makeMember();
    const path = await linkFor(member);
    const second = await openAuthService(database().url);
    try {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          reset(path, { password: `${password} ${index}` }, index % 2 === 0 ? service().app : second.app),
        ),
      );
      const won = answers.findIndex((answer) => answer.statusCode === 204);
      expect(answers.map((answer) => answer.statusCode).sort()).toEqual([204, ...Array(19).fill(404)]);
      expect((await signIn(member.email, `${password} ${won}`)).statusCode).toBe(200);
    } finally {
      await second.close();
    }
  });

  it("is not spent by a refused password", async () => {
    const member = await makeMember();
    const path = await linkFor(member);
    expect((await reset(path, { password: "short" })).statusCode).toBe(422);
    expect((await reset(path)).statusCode).toBe(204);
  });
});

describe("404", () => {
  it("does not know a link that is made up, used, too old, or of an account that was disabled", async () => {
    const { db } = service();
    const [used, late, disabled] = [await makeMember(), await makeMember(), await makeMember()];
    const paths = ["/password-reset/made-up", `/password-reset/${"A".repeat(43)}`, "/password-reset/%00"];
    const usedPath = await linkFor(used);
    await reset(usedPath);
    const latePath = await linkFor(late);
    await sql(db, "UPDATE password_resets SET expires_at = now() WHERE account_id = $1", late.accountId);
    const disabledPath = await linkFor(disabled);
    await sql(db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", disabled.accountId);
    const bodies = [];
    for (const path of [...paths, usedPath, latePath, disabledPath]) {
      const { request_id: _id, ...body } = (await reset(path)).json();
      bodies.push(JSON.stringify(body));
    }
    expect(bodies[0]).toContain('"code":"link_not_found"');
    expect(new Set(bodies).size).toBe(1);
  });

  it("does not take an invitation's link", async () => {
    const headers = await headersOf(service().app, await makeAccount(service().db, { [clinic.customerId]: "owner" }));
    const payload = { email: "invited@clinic.example", role: "viewer" };
    await postJson(service().app, { url: "/v2/invitations", payload, headers });
    const secret = linkIn(await mailbox().latestTo("invited@clinic.example"))
      .pathname.split("/")
      .at(-1);
    expect((await reset(`/password-reset/${secret}`)).statusCode).toBe(404);
  });
});

describe("422", () => {
  it("refuses a password with the account's own words in it, with the reason", async () => {
    const member = await makeMember();
    const answer = await reset(await linkFor(member), { password: "fourteen chars" });
    expect(answer.json()).toMatchObject({
      code: "password_refused",
      detail: [{ loc: ["body", "password"], msg: expect.any(String) }],
    });
  });

  it.each([{}, { password: 7 }, { password, email: "eve@evil.example" }, { password, account_id: "x" }])(
    "refuses %j",
    async (payload) => {
      expect((await reset(`/password-reset/${"A".repeat(43)}`, payload)).statusCode).toBe(422);
    },
  );

  it("refuses a token that is far too long", async () => {
    expect((await reset(`/password-reset/${"A".repeat(129)}`)).statusCode).toBe(422);
  });
});

describe("every answer", () => {
  it("says how many tries at links are left", async () => {
    const path = await linkFor(await makeMember());
    const weak = await reset(path, { password: "short" });
    const answers = [weak, await reset(path), await reset(path)];
    expect(answers.map((answer) => answer.statusCode)).toEqual([422, 204, 404]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        ratelimit: expect.stringMatching(/^"default";r=\d+;t=\d+$/),
        "ratelimit-policy": '"default";q=30000;w=60',
      });
    }
  });
});

describe("429", () => {
  it("limits an address that tries links", async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 32; index += 1) {
      const answer = await service().app.inject({
        method: "POST",
        url: `/password-reset/guess-${index}`,
        headers: { "content-type": "application/json" },
        payload: JSON.stringify({ password }),
        remoteAddress: "203.0.113.10",
      });
      statuses.push(answer.statusCode);
    }
    expect(statuses).toEqual([...Array(30).fill(404), 429, 429]);
  });
});

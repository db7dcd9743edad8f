import { beforeAll, describe, expect, it } from "vitest";
import {
  addAccount,
  auditOf,
  comeBack,
  link,
  linksOf,
  oidcCookieOf,
  signInAs,
  useOidcScene,
  visitProvider,
} from "../test/oidc-scene.ts";
import { admin, adminHeaders, cookieName, openAuthService, postJson, sql } from "../test/open-auth-service.ts";

const { scene, database } = useOidcScene();
const { password } = admin;

interface Member {
  readonly accountId: string;
  readonly headers: Record<string, string>;
}

const signedIn = async (name: string): Promise<Member> => {
  const email = `${name}@clinic.example`;
  const accountId = await addAccount(scene(), email);
  scene().provider.people.set(name, {});
  return { accountId, headers: await adminHeaders(scene().app, { email, password }) };
};

const start = ({ headers }: Member, payload: object = { password }) =>
  postJson(scene().app, { url: "/v2/me/oidc", payload, headers });

/** Starts, signs in at the provider as `name` and comes back. */
const linkAs = async (member: Member, name: string) => {
  const started = await start(member);
  const back = await visitProvider(scene(), started.json<{ url: string }>().url, name);
  return comeBack(scene(), back, oidcCookieOf(started));
};

describe("200", () => {
  let member: Member;
  beforeAll(async () => {
    member = await signedIn("lin");
  });

  it("links the account with whoever signs in at the provider, and from then on they sign in that way", async () => {
    expect((await signInAs(scene(), "lin")).statusCode).toBe(401);
    const back = await linkAs(member, "lin");
    expect([back.statusCode, back.headers.location]).toEqual([302, "/"]);
    // The account is signed in already; this was no sign-in.
    expect(back.cookies.map((cookie) => cookie.name)).not.toContain(cookieName);
    expect(await linksOf(scene(), member.accountId)).toEqual(["lin"]);
    const profile = await scene().app.inject({ url: "/v2/me", headers: member.headers });
    expect(profile.json()).toMatchObject({ oidc_linked: true });
    expect((await signInAs(scene(), "lin")).statusCode).toBe(302);
  });

  it("changes nothing when it is done twice, and writes one entry", async () => {
    expect((await linkAs(member, "lin")).statusCode).toBe(302);
    expect(await linksOf(scene(), member.accountId)).toEqual(["lin"]);
    const linked = (await auditOf(scene(), member.accountId)).filter((entry) => entry.action === "identity.linked");
    expect(linked).toEqual([{ action: "identity.linked", detail: { by: "account" } }]);
  });

  it("asks an account without a password for none", async () => {
    const fresh = await signedIn("nora");
    await sql(scene().db, "UPDATE accounts SET password_hash = NULL WHERE account_id = $1", fresh.accountId);
    expect((await start(fresh, {})).statusCode).toBe(200);
  });

  it("links one of two accounts that want the same identity at once", async () => {
    const members = [await signedIn("twin-a"), await signedIn("twin-b")];
    scene().provider.people.set("twin", {});
    const answers = await Promise.all(members.map((one) => linkAs(one, "twin")));
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([302, 409]);
    const links = await Promise.all(members.map((one) => linksOf(scene(), one.accountId)));
    expect(links.flat()).toEqual(["twin"]);
  });

  it("does not come to pass when the sign-in that wished it has been ended: a thief's wish ends with the thief", async () => {
    const victim = await signedIn("vic");
    scene().provider.people.set("thief", {});
    const started = await start(victim);
    const back = await visitProvider(scene(), started.json<{ url: string }>().url, "thief");
    await sql(
      scene().db,
      "UPDATE sign_ins SET revoked_at = now(), revoked_reason = 'password_changed' WHERE account_id = $1",
      victim.accountId,
    );
    const answer = await comeBack(scene(), back, oidcCookieOf(started));
    expect(answer.json()).toMatchObject({ status: 401, code: "sign_in_failed" });
    expect(await linksOf(scene(), victim.accountId)).toEqual([]);
    expect(await auditOf(scene(), victim.accountId)).toContainEqual({
      action: "sign_in.failed",
      detail: { method: "oidc", reason: "link_outlived_sign_in" },
    });
  });

  it("does not come to pass in a browser that did not wish it", async () => {
    const victim = await signedIn("val");
    const started = await start(victim);
    const back = await visitProvider(scene(), started.json<{ url: string }>().url, "thief");
    expect((await comeBack(scene(), back, null)).statusCode).toBe(401);
    expect(await linksOf(scene(), victim.accountId)).toEqual([]);
  });
});

describe("401", () => {
  it("is for strangers", async () => {
    const answer = await postJson(scene().app, { url: "/v2/me/oidc", payload: {} });
    expect(answer.statusCode).toBe(401);
  });
});

describe("403", () => {
  it("is for an account that does not know its own password, or does not say it", async () => {
    const member = await signedIn("pat");
    for (const payload of [{ password: "not the password at all" }, {}]) {
      expect((await start(member, payload)).json()).toMatchObject({ status: 403, code: "password_wrong" });
    }
  });
});

describe("404", () => {
  it("is where no provider is configured", async () => {
    const without = await openAuthService(database().url);
    const headers = await adminHeaders(without.app);
    const answer = await postJson(without.app, { url: "/v2/me/oidc", payload: { password }, headers });
    expect(answer.json()).toMatchObject({ status: 404, code: "oidc_not_configured" });
    await without.close();
  });
});

describe("409", () => {
  it("refuses an identity that another account is linked with", async () => {
    const [owner, other] = [await signedIn("own"), await signedIn("oth")];
    await link(scene(), "own", owner.accountId);
    expect((await linkAs(other, "own")).json()).toMatchObject({ status: 409, code: "identity_taken" });
    expect(await linksOf(scene(), other.accountId)).toEqual([]);
  });

  it("refuses a second identity at the same provider", async () => {
    const member = await signedIn("sec");
    await link(scene(), "first", member.accountId);
    expect((await linkAs(member, "sec")).json()).toMatchObject({ status: 409, code: "identity_taken" });
    expect(await linksOf(scene(), member.accountId)).toEqual(["first"]);
  });
});

describe("422", () => {
  it.each([{ password: 7 }, { account_id: "01890000-0000-7000-8000-000000000001" }])("refuses %j", async (payload) => {
    const member = await signedIn(`inv-${Object.keys(payload)[0]}`);
    expect((await start(member, payload)).json()).toMatchObject({ status: 422, code: "invalid_request" });
  });
});

describe("429", () => {
  it("ends guessing at the password with a stolen session", async () => {
    const member = await signedIn("gus");
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => start(member, { password: "not the password at all" })),
    );
    const refused = answers.filter((answer) => answer.statusCode === 429);
    expect(answers.filter((answer) => answer.statusCode === 403).length + refused.length).toBe(12);
    expect(refused.length).toBeGreaterThanOrEqual(7);
    expect(refused[0]?.json()).toMatchObject({ code: "rate_limited" });
  });
});

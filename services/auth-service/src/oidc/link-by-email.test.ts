import { beforeAll, describe, expect, it } from "vitest";
import { addAccount, auditOf, link, linksOf, signInAs, useOidcScene } from "../test/oidc-scene.ts";
import { cookieName, sql } from "../test/open-auth-service.ts";

const { scene } = useOidcScene({ OIDC_TRUST_EMAIL: "true" });
let ada = "";
beforeAll(async () => {
  ada = await addAccount(scene(), "Ada.L@clinic.example");
});

const reasonsOf = async (accountId: string | null) =>
  (await auditOf(scene(), accountId))
    .filter((entry) => entry.action === "sign_in.failed")
    .map((entry) => entry.detail.reason);

describe("302, where the provider's word about e-mails is trusted", () => {
  it("links the account of a verified e-mail at its first sign-in, and writes that down", async () => {
    const { provider } = scene();
    provider.people.set("ada", { email: "ada.l@Clinic.example", email_verified: true });
    const back = await signInAs(scene(), "ada");
    expect(back.statusCode).toBe(302);
    expect(back.cookies.map((cookie) => cookie.name)).toContain(cookieName);
    expect(await linksOf(scene(), ada)).toEqual(["ada"]);
    expect(await auditOf(scene(), ada)).toEqual([
      { action: "identity.linked", detail: { by: "email" } },
      { action: "sign_in.succeeded", detail: expect.objectContaining({ method: "oidc" }) },
    ]);
  });

  it("goes by the link from then on, whatever the e-mail says", async () => {
    const { provider } = scene();
    provider.people.set("ada", { email: "somebody.else@clinic.example", email_verified: true });
    const asked = provider.requests.filter((request) => request.endsWith("/me")).length;
    expect((await signInAs(scene(), "ada")).statusCode).toBe(302);
    expect(provider.requests.filter((request) => request.endsWith("/me"))).toHaveLength(asked);
  });

  it("links once when two tabs come back at once", async () => {
    const accountId = await addAccount(scene(), "two.tabs@clinic.example");
    scene().provider.people.set("tabs", { email: "two.tabs@clinic.example", email_verified: true });
    const backs = await Promise.all([signInAs(scene(), "tabs"), signInAs(scene(), "tabs")]);
    expect(backs.map((back) => back.statusCode)).toEqual([302, 302]);
    expect(await linksOf(scene(), accountId)).toEqual(["tabs"]);
  });
});

describe("401", () => {
  it.each([
    ["is not verified", { email: "bea@clinic.example", email_verified: false }],
    ["nobody says to be verified", { email: "bea@clinic.example" }],
    ["is left out", {}],
    ["has no account", { email: "nobody@clinic.example", email_verified: true }],
    ["only looks like the account's", { email: "\uff42ea@clinic.example", email_verified: true }],
    ["has the account's as a part", { email: "bea@clinic.example,x@evil.example", email_verified: true }],
  ])("refuses an e-mail that %s", async (what, person) => {
    const [known] = await sql<{ account_id: string }>(
      scene().db,
      "SELECT account_id FROM accounts WHERE email = 'bea@clinic.example'",
    );
    const accountId = known?.account_id ?? (await addAccount(scene(), "bea@clinic.example"));
    scene().provider.people.set(what, person);
    expect((await signInAs(scene(), what)).json()).toMatchObject({ status: 401, code: "sign_in_failed" });
    expect(await linksOf(scene(), accountId)).toEqual([]);
    expect(await reasonsOf(null)).toContain("unknown_identity");
  });

  it("refuses an e-mail that has passed to somebody else at the provider", async () => {
    const accountId = await addAccount(scene(), "front.desk@clinic.example");
    await link(scene(), "the-one-before", accountId);
    scene().provider.people.set("the-next", { email: "front.desk@clinic.example", email_verified: true });
    expect((await signInAs(scene(), "the-next")).statusCode).toBe(401);
    expect(await linksOf(scene(), accountId)).toEqual(["the-one-before"]);
    expect(await reasonsOf(accountId)).toEqual(["linked_otherwise"]);
  });

  it("refuses a disabled account, and does not link it", async () => {
    const accountId = await addAccount(scene(), "dis@clinic.example");
    await sql(scene().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", accountId);
    scene().provider.people.set("dis", { email: "dis@clinic.example", email_verified: true });
    expect((await signInAs(scene(), "dis")).statusCode).toBe(401);
    expect(await linksOf(scene(), accountId)).toEqual([]);
    expect(await reasonsOf(accountId)).toEqual(["disabled"]);
  });

  it("refuses user info about somebody else than the ID token names", async () => {
    const accountId = await addAccount(scene(), "swap@clinic.example");
    const { provider } = scene();
    provider.people.set("swapper", {});
    provider.overrides.set("/me", (_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ sub: "another", email: "swap@clinic.example", email_verified: true }));
    });
    const back = await signInAs(scene(), "swapper");
    provider.overrides.delete("/me");
    expect(back.statusCode).toBe(401);
    expect(await linksOf(scene(), accountId)).toEqual([]);
  });
});

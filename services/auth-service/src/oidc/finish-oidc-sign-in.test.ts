import { generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import {
  addAccount,
  auditOf,
  comeBack,
  link,
  oidcCookieName,
  signInAs,
  startSignIn,
  useOidcScene,
  visitProvider,
} from "../test/oidc-scene.ts";
import { claimsOf, cookieName, openAuthService, publicUrl, refreshWithCookie, sql } from "../test/open-auth-service.ts";

const logLines: string[] = [];
const { scene, setNow, database } = useOidcScene({}, logLines);
let ada = "";
beforeAll(async () => {
  const { provider } = scene();
  ada = await addAccount(scene(), "ada.linked@clinic.example");
  await link(scene(), "ada", ada);
  provider.people.set("ada", {});
  provider.people.set("stranger", { email: "ada.linked@clinic.example", email_verified: true });
});

const refusalReasons = async (accountId: string | null = null) =>
  (await auditOf(scene(), accountId))
    .filter((entry) => entry.action === "sign_in.failed")
    .map((entry) => entry.detail.reason);

const failed = { status: 401, code: "sign_in_failed" };

describe("302", () => {
  it("sends the browser to the provider with a state, a nonce and a PKCE challenge, bound by a cookie", async () => {
    const response = await scene().app.inject({ url: "/signin/oidc" });
    const url = new URL(response.headers.location ?? "");
    expect(url.origin).toBe(scene().provider.issuer);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "roundtrip",
      response_type: "code",
      scope: "openid email",
      redirect_uri: `${publicUrl}/signin/oidc/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
    expect(response.headers["set-cookie"]).toMatch(
      /^__Host-roundtrip_oidc=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(response.headers["cache-control"]).toBe("no-store");
    const [stored] = await sql<{ box: string }>(
      scene().db,
      "SELECT box FROM challenges ORDER BY challenge_id DESC LIMIT 1",
    );
    expect(stored?.box).not.toContain(url.searchParams.get("state"));
  });

  it("brings a linked account back signed in by the cookie, and writes that down", async () => {
    const back = await signInAs(scene(), "ada");
    expect(back.statusCode).toBe(302);
    expect(back.headers.location).toBe("/");
    expect(back.cookies.find((cookie) => cookie.name === oidcCookieName)).toMatchObject({ value: "", maxAge: 0 });
    const token = back.cookies.find((cookie) => cookie.name === cookieName)?.value ?? "";
    const refreshed = await refreshWithCookie(scene().app, token);
    expect(refreshed.statusCode).toBe(200);
    expect(claimsOf(refreshed.json().accessToken).sub).toBe(ada);
    expect(await auditOf(scene(), ada)).toContainEqual({
      action: "sign_in.succeeded",
      detail: expect.objectContaining({ method: "oidc" }),
    });
  });
});

describe("401", () => {
  it("refuses somebody whom no account is linked with, whatever e-mail the provider vouches for", async () => {
    expect((await signInAs(scene(), "stranger")).json()).toMatchObject(failed);
    expect(await refusalReasons()).toContain("unknown_identity");
  });

  it("refuses a disabled account, and one that is left without a customer", async () => {
    for (const text of [
      "UPDATE accounts SET disabled_at = now() WHERE account_id = $1",
      "UPDATE memberships SET disabled_at = now() WHERE account_id = $1",
    ]) {
      const name = `gone-${text.slice(7, 10)}`;
      const accountId = await addAccount(scene(), `${name}@clinic.example`);
      await link(scene(), name, accountId);
      scene().provider.people.set(name, {});
      await sql(scene().db, text, accountId);
      const back = await signInAs(scene(), name);
      expect(back.json()).toMatchObject(failed);
      expect(back.headers["set-cookie"]).toBeUndefined();
      expect(await refusalReasons(accountId)).toEqual(["disabled"]);
    }
  });

  it("refuses an answer in a browser that did not ask: no cookie, another one's, a made-up one", async () => {
    const mine = await startSignIn(scene());
    const theirs = await startSignIn(scene());
    const back = await visitProvider(scene(), mine.url, "ada");
    const [id] = mine.cookie.split(".");
    const [, secret] = theirs.cookie.split(".");
    for (const cookie of [null, theirs.cookie, `${id}.${secret}`, `${id}`, "nonsense", "a".repeat(3_000)]) {
      const answer = await comeBack(scene(), back, cookie);
      expect(answer.json()).toMatchObject(failed);
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
    // None of that has spent the round trip of the browser that did.
    expect((await comeBack(scene(), back, mine.cookie)).statusCode).toBe(302);
  });

  it("refuses another state than the browser's, none, and an empty one", async () => {
    const mine = await startSignIn(scene());
    const back = await visitProvider(scene(), mine.url, "ada");
    const state = new URL(mine.url).searchParams.get("state") ?? "";
    for (const wrong of ["", state.slice(1), `${state}A`, state.toLowerCase()]) {
      const changed = new URL(back);
      changed.searchParams.set("state", wrong);
      expect((await comeBack(scene(), changed, mine.cookie)).json()).toMatchObject(failed);
    }
    const without = new URL(back);
    without.searchParams.delete("state");
    expect((await comeBack(scene(), without, mine.cookie)).json()).toMatchObject(failed);
    expect((await comeBack(scene(), back, mine.cookie)).statusCode).toBe(302);
  });

  it("takes an answer once, also from five requests at the same time", async () => {
    const mine = await startSignIn(scene());
    const back = await visitProvider(scene(), mine.url, "ada");
    const answers = await Promise.all(Array.from({ length: 5 }, () => comeBack(scene(), back, mine.cookie)));
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([302, 401, 401, 401, 401]);
    expect((await comeBack(scene(), back, mine.cookie)).json()).toMatchObject(failed);
  });

  it("refuses a code that was put into another round trip: the provider checks the PKCE verifier", async () => {
    const victim = await startSignIn(scene());
    const attacker = await startSignIn(scene());
    const stolen = await visitProvider(scene(), victim.url, "ada");
    const own = await visitProvider(scene(), attacker.url, "stranger");
    own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
    expect((await comeBack(scene(), own, attacker.cookie)).json()).toMatchObject(failed);
    expect(await refusalReasons()).toContain("code_refused");
  });

  it("refuses a round trip that took longer than ten minutes", async () => {
    const mine = await startSignIn(scene());
    const back = await visitProvider(scene(), mine.url, "ada");
    setNow(new Date(Date.now() + 601_000));
    const late = await comeBack(scene(), back, mine.cookie);
    setNow(null);
    expect(late.json()).toMatchObject(failed);
  });

  it("refuses what the provider refuses", async () => {
    const mine = await startSignIn(scene());
    const state = new URL(mine.url).searchParams.get("state") ?? "";
    const query = new URLSearchParams({ state, error: "access_denied", iss: scene().provider.issuer });
    const answer = await comeBack(scene(), `/signin/oidc/callback?${query}`, mine.cookie);
    expect(answer.json()).toMatchObject(failed);
    expect(await refusalReasons()).toContain("provider_refused");
  });

  it("refuses an answer that names another issuer, or comes without one (RFC 9207)", async () => {
    for (const iss of ["https://evil.example", null]) {
      const mine = await startSignIn(scene());
      const back = await visitProvider(scene(), mine.url, "ada");
      if (iss === null) back.searchParams.delete("iss");
      else back.searchParams.set("iss", iss);
      expect((await comeBack(scene(), back, mine.cookie)).json()).toMatchObject(failed);
    }
  });

  /** The provider's answer to the code from now on. */
  const answerToken = (idToken: string) =>
    scene().provider.overrides.set("/token", (_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ access_token: "a", token_type: "Bearer", id_token: idToken }));
    });
  const seconds = () => Math.floor(Date.now() / 1_000);
  it.each([
    ["another nonce", { nonce: "another" }],
    ["no nonce", { nonce: undefined }],
    ["another client's audience", { aud: "another-client" }],
    ["two audiences, made for the other", { aud: ["roundtrip", "another-client"], azp: "another-client" }],
    ["another issuer", { iss: "https://evil.example" }],
    ["an end that has passed", { exp: seconds() - 3_600 }],
    ["no subject", { sub: undefined }],
  ])("refuses an ID token with %s", async (_name, changes) => {
    const { provider } = scene();
    const mine = await startSignIn(scene());
    const claims = {
      iss: provider.issuer,
      sub: "ada",
      aud: provider.clientId,
      nonce: new URL(mine.url).searchParams.get("nonce"),
      iat: seconds(),
      exp: seconds() + 60,
    };
    answerToken(await provider.signIdToken({ ...claims, ...changes }));
    const back = await visitProvider(scene(), mine.url, "ada");
    const answer = await comeBack(scene(), back, mine.cookie);
    provider.overrides.delete("/token");
    expect(answer.json()).toMatchObject(failed);
  });

  it("refuses an ID token that another key has signed, or none; the same one from the provider's key is good", async () => {
    const { provider } = scene();
    const { privateKey } = await generateKeyPair("RS256");
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signers: [number, (claims: object) => Promise<string>][] = [
      [401, (claims) => new SignJWT({ ...claims }).setProtectedHeader({ alg: "RS256", kid: "test" }).sign(privateKey)],
      [401, async (claims) => `${encode({ alg: "none" })}.${encode(claims)}.`],
      [
        401,
        (claims) =>
          new SignJWT({ ...claims })
            .setProtectedHeader({ alg: "HS256" })
            .sign(new TextEncoder().encode(provider.clientSecret)),
      ],
      [302, (claims) => provider.signIdToken({ ...claims })],
    ];
    for (const [status, sign] of signers) {
      const mine = await startSignIn(scene());
      const nonce = new URL(mine.url).searchParams.get("nonce");
      const times = { iat: seconds(), exp: seconds() + 60 };
      const idToken = await sign({ iss: provider.issuer, sub: "ada", aud: provider.clientId, nonce, ...times });
      answerToken(idToken);
      const answer = await comeBack(scene(), await visitProvider(scene(), mine.url, "ada"), mine.cookie);
      provider.overrides.delete("/token");
      expect(answer.statusCode).toBe(status);
    }
  });
});

describe("400", () => {
  it.each([
    ["a member twice", "state=a&state=b"],
    ["a member of 5,000 characters", `state=${"a".repeat(5_000)}`],
  ])("refuses %s", async (_name, query) => {
    const answer = await comeBack(scene(), `/signin/oidc/callback?${query}`, null);
    expect(answer.json()).toMatchObject({ status: 400, code: "invalid_input" });
  });
});

describe("404", () => {
  it("is what both addresses say where no provider is configured", async () => {
    const without = await openAuthService(database().url);
    for (const url of ["/signin/oidc", "/signin/oidc/callback?code=a&state=b"]) {
      const answer = await without.app.inject({ url });
      expect(answer.json()).toMatchObject({ status: 404, code: "oidc_not_configured" });
    }
    await without.close();
  });
});

describe("429", () => {
  it("ends what one address may begin and bring back", async () => {
    const remoteAddress = "198.51.100.7";
    const ask = (url: string) => scene().app.inject({ url, remoteAddress });
    const first = await ask("/signin/oidc");
    expect(first.headers).toMatchObject({ ratelimit: expect.any(String), "ratelimit-policy": expect.any(String) });
    const urls = ["/signin/oidc", "/signin/oidc/callback?state=a"];
    for (const url of urls) {
      const answers = await Promise.all(Array.from({ length: 140 }, () => ask(url)));
      const refused = answers.filter((answer) => answer.statusCode === 429);
      expect(refused.length).toBeGreaterThan(5);
      expect(refused[0]?.json()).toMatchObject({ code: "rate_limited" });
      expect(refused[0]?.headers["retry-after"]).toMatch(/^\d+$/);
    }
  });
});

describe("the log", () => {
  it("holds no code, state, secret or e-mail of any of this", async () => {
    const mine = await startSignIn(scene());
    const back = await visitProvider(scene(), mine.url, "stranger");
    await comeBack(scene(), back, mine.cookie);
    const text = logLines.join("");
    expect(text).toContain("the OpenID provider's answer was refused");
    const secrets = [back.searchParams.get("code"), back.searchParams.get("state"), mine.cookie.split(".")[1]];
    for (const secret of [...secrets, scene().provider.clientSecret, "ada.linked@"]) {
      expect(secret).toBeTruthy();
      expect(text).not.toContain(secret);
    }
  });
});

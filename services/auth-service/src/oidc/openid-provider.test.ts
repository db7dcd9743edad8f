import { describe, expect, it } from "vitest";
import { addAccount, comeBack, link, signInAs, startSignIn, useOidcScene, visitProvider } from "../test/oidc-scene.ts";
import { openAuthService } from "../test/open-auth-service.ts";

const { scene, database } = useOidcScene({ OIDC_TRUST_EMAIL: "true" });
const away = { status: 503, code: "dependency_unavailable" };
const discovery = "/.well-known/openid-configuration";

/** Another replica, which has asked the provider nothing yet. */
const openReplica = (env: Readonly<Record<string, string>> = {}) => {
  const { issuer, clientId, clientSecret } = scene().provider;
  const settings = { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret };
  return openAuthService(database().url, { env: { ...settings, ...env } });
};

describe("503", () => {
  it("is what a provider that is away means; the service starts without it and finds it when it is back", async () => {
    const { provider } = scene();
    await provider.down();
    const replica = await openReplica();
    const answer = await replica.app.inject({ url: "/signin/oidc" });
    expect(answer.json()).toMatchObject(away);
    expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
    expect(answer.body).not.toMatch(/ECONN|127\.0\.0\.1/);
    await provider.up();
    expect((await replica.app.inject({ url: "/signin/oidc" })).statusCode).toBe(302);
    await replica.close();
  });

  it("is the answer to a browser that comes back when the provider has just gone, and a new round trip works", async () => {
    const { provider } = scene();
    provider.people.set("ada", {});
    await link(scene(), "ada", await addAccount(scene(), "ada@away.example"));
    const mine = await startSignIn(scene());
    const back = await visitProvider(scene(), mine.url, "ada");
    await provider.down();
    expect((await comeBack(scene(), back, mine.cookie)).json()).toMatchObject(away);
    await provider.up();
    expect((await signInAs(scene(), "ada")).statusCode).toBe(302);
  });

  it("is the answer when the provider itself has failed, to the code as to the user info", async () => {
    const { provider } = scene();
    provider.people.set("new", { email: "new@away.example", email_verified: true });
    for (const path of ["/token", "/me"]) {
      provider.overrides.set(path, (_request, response) => {
        response.statusCode = 502;
        response.end("<html>Bad Gateway</html>");
      });
      expect((await signInAs(scene(), "new")).json()).toMatchObject(away);
      provider.overrides.delete(path);
    }
  });

  it("comes after five seconds from a provider that never answers, and the next one to ask tries again", async () => {
    const { provider } = scene();
    const replica = await openReplica();
    provider.overrides.set(discovery, () => undefined);
    const startedAt = Date.now();
    const answers = await Promise.all([1, 2, 3].map(() => replica.app.inject({ url: "/signin/oidc" })));
    expect(answers.map((answer) => answer.statusCode)).toEqual([503, 503, 503]);
    expect(Date.now() - startedAt).toBeGreaterThan(4_500);
    expect(Date.now() - startedAt).toBeLessThan(7_000);
    provider.overrides.delete(discovery);
    expect((await replica.app.inject({ url: "/signin/oidc" })).statusCode).toBe(302);
    await replica.close();
  });

  it("is the answer to a provider that calls itself by another name", async () => {
    const { provider } = scene();
    const replica = await openReplica();
    provider.overrides.set(discovery, (_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ issuer: "https://evil.example", authorization_endpoint: "https://evil.example/a" }),
      );
    });
    expect((await replica.app.inject({ url: "/signin/oidc" })).json()).toMatchObject(away);
    provider.overrides.delete(discovery);
    await replica.close();
  });
});

describe("the provider", () => {
  it("is asked for its addresses once, however many people come", async () => {
    const { provider } = scene();
    const replica = await openReplica();
    const count = () => provider.requests.filter((request) => request.endsWith(discovery)).length;
    const before = count();
    await Promise.all(Array.from({ length: 5 }, () => replica.app.inject({ url: "/signin/oidc" })));
    await replica.app.inject({ url: "/signin/oidc" });
    expect(count()).toBe(before + 1);
    await replica.close();
  });

  it("gets our secret in the body when it says that it takes it nowhere else", async () => {
    const { provider } = scene();
    const metadata: object = JSON.parse(await (await fetch(`${provider.issuer}${discovery}`)).text());
    provider.overrides.set(discovery, (_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ...metadata, token_endpoint_auth_methods_supported: ["client_secret_post"] }));
    });
    let body = "";
    provider.overrides.set("/token", (request, response) => {
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => response.writeHead(400).end());
    });
    const replica = await openReplica();
    const started = await startSignIn({ ...scene(), app: replica.app });
    const back = await visitProvider(scene(), started.url, "ada");
    expect((await comeBack({ ...scene(), app: replica.app }, back, started.cookie)).statusCode).toBe(401);
    expect(new URLSearchParams(body).get("client_secret")).toBe(provider.clientSecret);
    expect(new URLSearchParams(body).get("code_verifier")).toMatch(/^[\w-]{43,}$/);
    provider.overrides.clear();
    await replica.close();
  });

  it.each([
    [{ OIDC_ISSUER: "http://login.example" }, "OIDC_ISSUER must begin with https://"],
    [{ OIDC_ISSUER: "ldap://login.example" }, "OIDC_ISSUER must begin with https://"],
    [{ OIDC_CLIENT_ID: "" }, "OIDC_CLIENT_ID"],
  ])("must be configured in a way that can be safe: not %j", async (env, message) => {
    await expect(openReplica(env)).rejects.toThrow(message);
  });
});

import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "./browser.ts";
import { openStandalone, type System } from "./systems.ts";

/** Text, because it runs in the page: the browser makes, signs and encodes, and we only carry JSON. */
const create = (options: unknown): string => `(async () => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(${JSON.stringify(options)});
  return (await navigator.credentials.create({ publicKey })).toJSON();
})()`;

const get = (options: unknown): string => `(async () => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)});
  return (await navigator.credentials.get({ publicKey })).toJSON();
})()`;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A request as the page itself makes it: from the server's own origin, with the browser's cookies. */
const ask = async (
  page: Page,
  request: { readonly path: string; readonly method?: string; readonly token?: unknown; readonly body?: unknown },
): Promise<Answer> => {
  const { path, method = "POST", token, body } = request;
  const init = {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { "x-auth-token": token }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const text = `fetch(${JSON.stringify(path)}, ${JSON.stringify(init)}).then(async (answer) =>
    ({ status: answer.status, body: answer.status === 204 ? {} : await answer.json() }))`;
  return page.evaluate<Answer>(text);
};

/** Chromium's own authenticator: a phone's or a laptop's, with a finger that is always there. */
const addAuthenticator = async (session: CDPSession): Promise<string> => {
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return authenticatorId;
};

describe("a passkey in a real browser", () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  let session: CDPSession;
  let authenticatorId: string;
  let accessToken: unknown;
  beforeAll(async () => {
    [system, browser] = await Promise.all([openStandalone(), openBrowser()]);
    page = await (await browser.newContext()).newPage();
    await page.goto(`${system.url}/docs`);
    session = await page.context().newCDPSession(page);
    authenticatorId = await addAuthenticator(session);
    const { body } = await ask(page, { path: "/signin?delivery=cookie", body: system.admin });
    accessToken = body["accessToken"];
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const startRegistration = () =>
    ask(page, {
      path: "/v2/me/passkeys/options",
      token: accessToken,
      body: { password: system.admin.password },
    });

  const signIn = async (delivery = ""): Promise<Answer> => {
    const { body } = await ask(page, { path: "/signin/passkey/options" });
    const response = await page.evaluate(get(body["options"]));
    const { challengeId } = body;
    return ask(page, { path: `/signin/passkey${delivery}`, body: { challengeId, response } });
  };

  it("is registered from a page of our own origin", async () => {
    const { status, body } = await startRegistration();
    expect(status).toBe(200);
    const response = await page.evaluate(create(body["options"]));
    const payload = { challenge_id: body["challenge_id"], name: "Laptop", response };
    const registered = await ask(page, { path: "/v2/me/passkeys", token: accessToken, body: payload });
    expect(registered).toMatchObject({ status: 201, body: { name: "Laptop", last_used_at: null } });
    const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
    expect(credentials).toMatchObject([
      { isResidentCredential: true, rpId: "localhost", userName: system.admin.email },
    ]);
  });

  it("is not made twice on the same authenticator", async () => {
    const { body } = await startRegistration();
    await expect(page.evaluate(create(body["options"]))).rejects.toThrow("InvalidStateError");
  });

  it("signs in without a name and without a password, again and again", async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const { status, body } = await signIn();
      expect(status).toBe(200);
      const refreshed = await ask(page, { path: "/refresh", token: body["refreshToken"] });
      const me = await ask(page, { path: "/v2/me", method: "GET", token: refreshed.body["accessToken"] });
      expect(me).toMatchObject({ status: 200, body: { email: system.admin.email, passkeys: 1 } });
    }
  });

  it("signs in with the cookie, which the browser keeps from scripts", async () => {
    await page.context().clearCookies();
    expect((await signIn("?delivery=cookie")).status).toBe(200);
    expect((await ask(page, { path: "/refresh?delivery=cookie" })).status).toBe(200);
    expect(await page.evaluate("document.cookie")).toBe("");
  });

  it("does not sign in when the browser could not verify its user", async () => {
    await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await expect(signIn()).rejects.toThrow("NotAllowedError");
    await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  });

  it("signs nobody in once it is deleted, though the authenticator still has it", async () => {
    const { body } = await ask(page, { path: "/v2/me/passkeys", method: "GET", token: accessToken });
    const [passkey] = body["data"] as { readonly passkey_id: string }[];
    const path = `/v2/me/passkeys/${passkey?.passkey_id}`;
    expect((await ask(page, { path, method: "DELETE", token: accessToken })).status).toBe(204);
    expect(await signIn()).toMatchObject({ status: 401, body: { code: "sign_in_failed" } });
  });
});

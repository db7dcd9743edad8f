import { createSecretKey } from "node:crypto";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { SignJWT } from "jose";
import { TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { admin, type House, openHouse } from "./test/open-house.ts";
import { type OpenInbox, openInbox } from "./test/open-inbox.ts";
import { createRecorder, type Recorder } from "./test/recorder.ts";
import { findLeaks, secretForms } from "./test/secret-forms.ts";

const databases = {
  auth: useTestDatabase("auth").database,
  survey: useTestDatabase("survey").database,
  notify: useTestDatabase("notify").database,
};
const lines: string[] = [];
const messages: string[] = [];
let house: House;
let inbox: OpenInbox;
let recorder: Recorder;

beforeAll(async () => {
  inbox = await openInbox();
  const urls = { auth: databases.auth().url, survey: databases.survey().url, notify: databases.notify().url };
  house = await openHouse(urls, {
    onLogLine: (line) => void lines.push(line),
    onMessage: (text) => void messages.push(text),
    authEnv: { SMTP_URL: inbox.url },
  });
  recorder = createRecorder(house.app);
});
afterAll(async () => {
  await house.close();
  await inbox.close();
});

const ok = async (call: Parameters<Recorder["send"]>[0]) => {
  const response = await recorder.send(call);
  if (response.statusCode >= 300) throw new Error(`${call.url}: ${response.statusCode} ${response.body}`);
  return response.body === "" ? {} : response.json();
};

const signedIn = async (email: string, password: string, otp?: string) => {
  const body = { email, password, ...(otp === undefined ? {} : { otp }) };
  const { refreshToken } = await ok({ url: "/signin", body });
  const { accessToken } = await ok({ url: "/refresh", headers: { "x-auth-token": refreshToken } });
  return { authorization: `Bearer ${accessToken}`, "x-workspace": "live" };
};

/** Everything that makes or takes a secret, once in the right way and once in the wrong one. */
const visitEveryDoor = async (): Promise<void> => {
  recorder.note(admin.password, "the first password");
  const staff = await signedIn(admin.email, admin.password);
  const wrong = recorder.note("not-the-pass-phrase-of-anybody", "a wrong password");
  await recorder.send({ url: "/signin", body: { email: admin.email, password: wrong } });
  await recorder.send({ url: "/signin", body: { email: "nobody@clinic.example", password: wrong } });
  await recorder.send({ url: "/signin", body: { email: admin.email, password: wrong, role: "owner" } });
  await recorder.send({ url: "/signin?delivery=cookie", body: { email: admin.email, password: admin.password } });
  await visitMachines(staff);
  await visitSecondFactor(staff);
  await visitLinks(staff);
  await visitSurvey(staff);
};

const visitMachines = async (staff: Record<string, string>) => {
  const name = { name: "searched", environment: "live" };
  const { key, api_key_id } = await ok({ url: "/v2/api-keys", headers: staff, body: name });
  await ok({ url: `/v2/api-keys/${api_key_id}/rotate`, headers: staff, body: { overlap_seconds: 600 } });
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const patBody = { name: "searched", scopes: ["tokens:read", "surveys:read"], expires_at };
  const { token: pat } = await ok({ url: "/v2/me/personal-access-tokens", headers: staff, body: patBody });
  const { user_id } = await ok({ url: "/v2/me", method: "GET", headers: staff });
  await recorder.send({ url: "/v2/action-tokens", headers: { "x-api-key": key }, body: { user_id } });
  for (const token of [key, pat, staff["authorization"]?.slice(7) ?? ""]) {
    await recorder.send({ url: "/v2/tokens/introspect", headers: { "x-api-key": key }, body: { token } });
    // Where no secret belongs, and where it ends up all the same.
    await recorder.send({ method: "GET", url: `/v2/surveys?token=${token}`, headers: { "x-api-key": key } });
    await recorder.send({ method: "GET", url: `/v2/nothing/${token}` });
    await recorder.send({ method: "GET", url: `/v2/surveys/${token}`, headers: { "x-api-key": key } });
    await recorder.send({ url: `/signin/token/${token}` });
    await recorder.send({ url: "/signin", body: { [token]: token } });
    await recorder.send({ url: "/v2/surveys", headers: { "x-api-key": key }, body: { slug: token, name: token } });
    await recorder.send({ method: "GET", url: "/v2/me", headers: { authorization: `Bearer ${token}x` } });
    await recorder.send({ method: "GET", url: "/v2/me", headers: { "x-request-id": token, "x-workspace": token } });
  }
};

const visitSecondFactor = async (staff: Record<string, string>) => {
  const email = "second@clinic.example";
  const password = recorder.note("another long pass phrase", "a second password");
  await ok({ url: "/v2/accounts", headers: staff, body: { email, role: "admin" } });
  const link = await inbox.linkTo(email);
  recorder.note(link.token, "the link of a new account");
  await recorder.send({ url: link.api, body: { password: "short-one" } });
  await ok({ url: link.api, body: { password } });
  const own = await signedIn(email, password);
  const { secret } = await ok({ url: "/v2/me/totp", headers: own, body: { password } });
  const code = () => new TOTP({ secret }).generate();
  const { recovery_codes } = await ok({ url: "/v2/me/totp/confirm", headers: own, body: { otp: code() } });
  await recorder.send({ url: "/signin", body: { email, password } });
  await recorder.send({ url: "/signin", body: { email, password, otp: code() } });
  await signedIn(email, password, recovery_codes[0]);
  await recorder.send({ url: "/v2/me/password", headers: own, body: { current_password: "wrong", password } });
};

const visitLinks = async (staff: Record<string, string>) => {
  const email = "invited@clinic.example";
  await ok({ url: "/v2/invitations", headers: staff, body: { email, role: "viewer" } });
  const invitation = await inbox.linkTo(email);
  recorder.note(invitation.token, "the link of an invitation");
  await recorder.send({ method: "GET", url: invitation.page });
  const password = recorder.note("the invited one's pass phrase", "an invited one's password");
  await ok({ url: invitation.api, body: { password } });
  await recorder.send({ url: invitation.api, body: { password } });
  await ok({ url: "/password-reset", body: { email } });
  const reset = await inbox.linkTo(email);
  recorder.note(reset.token, "the link of a reset");
  await recorder.send({ url: reset.api, body: { password, token: reset.token } });
  await ok({ url: reset.api, body: { password: recorder.note("yet another pass phrase", "a reset password") } });
};

const visitSurvey = async (staff: Record<string, string>) => {
  const definition = { pages: [{ name: "one", elements: [{ type: "rating", name: "wellbeing" }] }] };
  const redirect = { url: "https://clinic.example/back", ticket: "jwt", allowed_origins: ["https://clinic.example"] };
  const settings = { user_generation: { mode: "jwt" }, redirect };
  const survey = { slug: "searched", name: "Searched", state: "active", definition, settings };
  await ok({ url: "/v2/surveys", headers: staff, body: survey });
  const { secret } = await ok({ url: "/v2/surveys/searched/jwt-secret", headers: staff, body: {} });
  const hook = { url: "https://127.0.0.1:9/", event_types: ["session.*"], format: "standard", payload: "thin" };
  await ok({ url: "/v2/webhooks", headers: staff, body: hook });
  const password = recorder.note("Respondents-own-1", "a respondent's password");
  const sign = (claims: Record<string, unknown>) =>
    new SignJWT({ username: "jo", ...claims })
      .setProtectedHeader({ alg: "HS256" })
      .setExpirationTime("5m")
      .sign(createSecretKey(Buffer.from(secret)));
  const token = recorder.note(await sign({ password }), "a create-user token");
  const { authToken } = await ok({ url: "/surveys/searched/create-user", body: { token } });
  await recorder.send({ url: "/surveys/searched/create-user", body: { token: `${token}x` } });
  await recorder.send({ url: "/surveys/searched/create-user", body: { token: await sign({ username: 1 }) } });
  const alias = { surveyId: "searched", userName: "jo" };
  await ok({ url: "/signin/alias", body: { ...alias, password } });
  await recorder.send({ url: "/signin/alias", body: { ...alias, password: authToken } });
  const { refreshToken } = await ok({ url: `/signin/token/${authToken}` });
  const { accessToken } = await ok({ url: "/refresh", headers: { "x-auth-token": refreshToken } });
  const headers = { "x-auth-token": accessToken };
  const { sessionId } = await ok({ url: "/surveys/searched/session", headers, body: {} });
  const data = { wellbeing: 3 };
  const done = await ok({ url: "/surveys/searched/submission", headers, body: { sessionId, data } });
  const ticket = recorder.note(new URL(done.followUpUrl).searchParams.get("ticket") ?? "", "a return ticket");
  await ok({ url: "/v2/return-tickets/verify", headers: staff, body: { ticket } });
  await recorder.send({ url: "/v2/return-tickets/verify", headers: staff, body: { ticket } });
};

describe("the search", () => {
  it.each([
    ["as it is", (secret: string) => `x ${secret} y`],
    ["URL-encoded", (secret: string) => `?q=${encodeURIComponent(secret)}`],
    ["in base64", (secret: string) => Buffer.from(secret).toString("base64")],
    ["in base64url", (secret: string) => Buffer.from(secret).toString("base64url")],
    ["inside a longer base64 text", (secret: string) => Buffer.from(`user:${secret}:x`).toString("base64")],
  ])("finds a planted secret %s", (_name, hide) => {
    const secret = "a secret/with+signs?and=more";
    const texts = new Map([["a log", ["nothing here", hide(secret)]]]);
    expect(findLeaks(new Map([[secret, "planted"]]), texts)).toHaveLength(1);
    expect(findLeaks(new Map([["something else entirely", "planted"]]), texts)).toEqual([]);
  });

  it("looks for a token's payload and signature, too", () => {
    expect(secretForms("aaaaaaaa.bbbbbbbb.cccccccc")).toEqual(expect.arrayContaining(["bbbbbbbb", "cccccccc"]));
  });
});

describe("every secret that was issued or sent", () => {
  it("is in no log line, no message of the bus and no refusal", async () => {
    await visitEveryDoor();
    // The events of the last door still have their way to go.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(recorder.secrets.size).toBeGreaterThan(30);
    expect(lines.length).toBeGreaterThan(60);
    expect(messages.length).toBeGreaterThan(10);
    expect(recorder.refusals.length).toBeGreaterThan(20);
    const texts = new Map([
      ["a log line", lines],
      ["the bus", messages],
      ["a refusal", recorder.refusals],
    ]);
    expect(findLeaks(recorder.secrets, texts)).toEqual([]);
  }, 60_000);
});

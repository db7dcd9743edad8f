import { createCredential } from "@roundtrip/access-token/credential-format";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { decodeJwt } from "jose";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asToken, introspect, makeKey, makeToken } from "../test/machine-credentials.ts";
import { findClinic, headersOf, type MadeCustomer, makeAccount, makeCustomer } from "../test/make-staff.ts";
import {
  admin,
  adminHeaders,
  cookieOf,
  openAuthService,
  postJson,
  publicUrl,
  respondentCredential,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { openSurveyStandIn, sha256 } from "../test/survey-stand-in.ts";
import { openUsersStandIn } from "../test/users-stand-in.ts";

const bus = createInProcessEventBus();
const { service, database } = useAuthService({ bus });
let staff: Record<string, string>;
let clinic: MadeCustomer;
/** Who asks. */
let asker: Record<string, string>;
let other: {
  readonly customer: MadeCustomer;
  readonly headers: Record<string, string>;
  readonly asker: Record<string, string>;
};
beforeAll(async () => {
  const { app, db } = service();
  staff = await adminHeaders(app);
  clinic = await findClinic(db);
  asker = { "x-api-key": (await makeKey(app, staff, { scopes: ["tokens:read"] })).key };
  const customer = await makeCustomer(db);
  const headers = await headersOf(app, await makeAccount(db, { [customer.customerId]: "owner" }));
  other = { customer, headers, asker: { "x-api-key": (await makeKey(app, headers)).key } };
});
afterAll(() => bus.close());
const ask = async (token: string, as = asker) => {
  const response = await introspect(service().app, as, token);
  expect(response.statusCode).toBe(200);
  expect(response.headers["cache-control"]).toBe("no-store");
  return response.json();
};
const inactive = { active: false };
const seconds = expect.any(Number);

/** A respondent of the live workspace who has signed in by a link: refresh and access token. */
const signInRespondent = async () => {
  const { app } = service();
  const survey = await openSurveyStandIn(bus);
  const token = `token-${uuidv7()}`;
  const credential = respondentCredential({ workspace_id: clinic.live, token_sha256: sha256(token) });
  survey.add(credential);
  const signedIn = await app.inject({ method: "POST", url: `/signin/token/${token}` });
  const { refreshToken } = signedIn.json();
  const refreshed = await app.inject({ method: "POST", url: "/refresh", headers: { "x-auth-token": refreshToken } });
  await survey.close();
  return { credential, refreshToken, accessToken: refreshed.json().accessToken as string };
};

const makeActionToken = async (key: string): Promise<{ token: string; userId: string }> => {
  const userId = uuidv7();
  const users = await openUsersStandIn(bus, [{ workspaceId: clinic.live, userId, externalUserId: "p" }]);
  const url = "/v2/action-tokens";
  const response = await postJson(service().app, { url, payload: { user_id: userId }, headers: { "x-api-key": key } });
  await users.close();
  return { token: response.json().token, userId };
};

describe("200, active", () => {
  it("describes an API key", async () => {
    const key = await makeKey(service().app, staff, { scopes: ["users:read", "users:write"] });
    const about = {
      active: true,
      token_type: "api_key",
      client_id: key.api_key_id,
      iat: seconds,
      workspace_id: clinic.live,
    };
    expect(await ask(key.key)).toEqual({ ...about, scope: "users:read users:write" });
    const expires_at = "2030-01-01T00:00:00.000Z";
    const ending = await makeKey(service().app, staff, { expires_at });
    expect(await ask(ending.key)).toMatchObject({ exp: Date.parse(expires_at) / 1_000 });
  });

  it("describes a personal access token", async () => {
    const made = await makeToken(service().app, staff, { scopes: ["users:read"] });
    expect(await ask(made.token)).toEqual({
      active: true,
      token_type: "personal_access_token",
      scope: "users:read",
      client_id: made.personal_access_token_id,
      sub: decodeJwt(staff["x-auth-token"] ?? "").sub,
      iat: seconds,
      exp: seconds,
    });
  });

  it("describes the access token of an account, and of a respondent of the workspace", async () => {
    const token = staff["x-auth-token"] ?? "";
    const { sub, jti, iat, exp } = decodeJwt(token);
    const common = {
      active: true,
      token_type: "access_token",
      client_id: "roundtrip",
      aud: "roundtrip",
      iss: publicUrl,
    };
    expect(await ask(token)).toEqual({ ...common, sub, jti, iat, exp });
    const { accessToken, credential } = await signInRespondent();
    expect(await ask(accessToken)).toMatchObject({
      ...common,
      sub: credential.respondent_id,
      workspace_id: clinic.live,
    });
  });

  it("describes an action token", async () => {
    const key = await makeKey(service().app, staff);
    const { token, userId } = await makeActionToken(key.key);
    expect(await ask(token)).toEqual({
      active: true,
      token_type: "action_token",
      scope: "users:read users:write sessions:read sessions:write submissions:read",
      client_id: key.api_key_id,
      sub: userId,
      aud: "roundtrip-action",
      iss: publicUrl,
      jti: expect.any(String),
      iat: seconds,
      exp: seconds,
      workspace_id: clinic.live,
    });
  });

  it("is no use of what is asked about", async () => {
    const { app, db } = service();
    const key = await makeKey(app, staff);
    const token = await makeToken(app, staff);
    await ask(key.key);
    await ask(token.token);
    const opened = await openAuthService(database().url, { bus, workers: true });
    await opened.close();
    const rows = await sql(
      db,
      `SELECT last_used_at FROM api_keys WHERE api_key_id = $1
       UNION ALL SELECT last_used_at FROM personal_access_tokens WHERE personal_access_token_id = $2`,
      key.api_key_id,
      token.personal_access_token_id,
    );
    expect(rows).toEqual([{ last_used_at: null }, { last_used_at: null }]);
  });

  it("answers a form like JSON, and takes any hint", async () => {
    const { app } = service();
    const { key } = await makeKey(app, staff);
    const post = (body: string) =>
      app.inject({
        method: "POST",
        url: "/v2/tokens/introspect",
        headers: { ...asker, "content-type": "application/x-www-form-urlencoded" },
        payload: body,
      });
    expect((await post(`token=${key}`)).json()).toEqual(await ask(key));
    expect((await post(`token=${key}&token_type_hint=refresh_token`)).json()).toMatchObject({ active: true });
    expect((await post(`token=${key}&client_id=portal`)).json()).toMatchObject({ active: true });
    expect((await post("token=nonsense")).json()).toEqual(inactive);
    expect((await post(`token=${key}&token=${key}`)).statusCode).toBe(422);
  });
});

describe("200, inactive and nothing else", () => {
  it.each([
    ["nonsense", () => "nonsense"],
    ["an unknown key", () => createCredential("live")],
    ["an unknown token", () => createCredential("pat")],
    ["three parts that are no JWT", () => "YQ.YWI.YWJj"],
    ["alg none", () => `${btoa('{"alg":"none","typ":"at+jwt"}').replaceAll("=", "")}.e30.`],
    ["NUL", () => "a\u0000b"],
    ["4,096 characters", () => "x".repeat(4_096)],
  ])("is the answer for %s", async (_name, make) => {
    expect(await ask(make())).toEqual(inactive);
  });

  it("is the answer for what was forged from a good token", async () => {
    const token = staff["x-auth-token"] ?? "";
    const [head = "", body = "", signature = ""] = token.split(".");
    const claims = { ...decodeJwt(token), sub: uuidv7() };
    const other = Buffer.from(JSON.stringify(claims)).toString("base64url");
    for (const forged of [
      `${head}.${other}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `${token}=`,
    ]) {
      expect(await ask(forged)).toEqual(inactive);
    }
    expect(await ask(token)).toMatchObject({ active: true });
  });

  it("is the answer for refresh tokens, of both flavours and of everybody", async () => {
    const { app } = service();
    expect(await ask(await signInAdmin(app))).toEqual(inactive);
    expect(await ask(cookieOf(await postJson(app, { url: "/signin?delivery=cookie", payload: admin })))).toEqual(
      inactive,
    );
    expect(await ask((await signInRespondent()).refreshToken)).toEqual(inactive);
  });

  it("is the answer for every kind of token of another customer, and of the other workspace", async () => {
    const { app } = service();
    const key = await makeKey(app, staff);
    const dev = await makeKey(app, staff, { environment: "dev" });
    const { token } = await makeToken(app, staff);
    const { accessToken } = await signInRespondent();
    const action = await makeActionToken(key.key);
    for (const each of [key.key, token, staff["x-auth-token"] ?? "", accessToken, action.token]) {
      expect(await ask(each)).toMatchObject({ active: true });
      expect(await ask(each, other.asker)).toEqual(inactive);
    }
    expect(await ask(dev.key)).toEqual(inactive);
    expect(await ask(key.key, { "x-api-key": dev.key })).toEqual(inactive);
    expect(await ask(accessToken, { "x-api-key": dev.key })).toEqual(inactive);
  });

  it("is the answer once a key is revoked, with the action tokens made with it", async () => {
    const { app } = service();
    const key = await makeKey(app, staff);
    const action = await makeActionToken(key.key);
    await app.inject({ method: "DELETE", url: `/v2/api-keys/${key.api_key_id}`, headers: staff });
    expect(await ask(key.key)).toEqual(inactive);
    expect(await ask(action.token)).toEqual(inactive);
  });

  it("is the answer once a token is revoked or its owner disabled, and once a sign-in has ended", async () => {
    const { app, db } = service();
    const account = await makeAccount(db, { [clinic.customerId]: "viewer" });
    const headers = await headersOf(app, account);
    const token = await makeToken(app, headers);
    const access = headers["x-auth-token"] ?? "";
    expect([(await ask(token.token)).active, (await ask(access)).active]).toEqual([true, true]);
    await sql(db, "UPDATE sign_ins SET revoked_at = now() WHERE account_id = $1", account.accountId);
    expect([(await ask(token.token)).active, (await ask(access)).active]).toEqual([true, false]);
    await sql(db, "UPDATE sign_ins SET revoked_at = NULL WHERE account_id = $1", account.accountId);
    await sql(db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    expect([await ask(token.token), await ask(access)]).toEqual([inactive, inactive]);
  });

  it("is the answer once a respondent is deleted", async () => {
    const { accessToken, credential } = await signInRespondent();
    await sql(
      service().db,
      "UPDATE respondent_credentials SET deleted_at = now() WHERE respondent_id = $1",
      credential.respondent_id,
    );
    expect(await ask(accessToken)).toEqual(inactive);
  });
});

describe("who may ask", () => {
  it("is a personal access token about all workspaces of its owner, whichever it names", async () => {
    const { app } = service();
    const { token } = await makeToken(app, staff);
    const keys = [await makeKey(app, staff), await makeKey(app, staff, { environment: "dev" })];
    for (const workspace of ["live", "dev"]) {
      for (const { key } of keys) expect(await ask(key, asToken(token, workspace))).toMatchObject({ active: true });
    }
    const theirs = await makeKey(app, other.headers);
    expect(await ask(theirs.key, asToken(token))).toEqual(inactive);
  });

  it("401 without a credential", async () => {
    expect((await introspect(service().app, {})).statusCode).toBe(401);
  });

  it("403 for accounts, and without the scope tokens:read", async () => {
    const { app } = service();
    expect((await introspect(app, staff)).statusCode).toBe(403);
    const { key } = await makeKey(app, staff, { scopes: ["tokens:write"] });
    expect((await introspect(app, { "x-api-key": key })).statusCode).toBe(403);
  });
});

describe("422", () => {
  it.each([{}, { token: "" }, { token: 7 }, { token: "x".repeat(4_097) }, { token: "x", client_secret: "y" }])(
    "refuses %j",
    async (payload) => {
      const response = await postJson(service().app, { url: "/v2/tokens/introspect", payload, headers: asker });
      expect(response.json()).toMatchObject({ status: 422, code: "invalid_request" });
    },
  );
});

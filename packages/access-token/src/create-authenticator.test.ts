import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import type { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { VerifiedApiKey } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { problemPlugin } from "@roundtrip/http-problem/problem.plugin";
import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { SignJWT } from "jose";
import type { Static } from "typebox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessTokenPlugin } from "./access-token.plugin.ts";
import type { CredentialQuestion } from "./authenticator.ts";
import { createAuthenticator } from "./create-authenticator.ts";
import { createKeySet } from "./key-set.ts";
import { createTestIssuer, type TestIssuer } from "./test-issuer.ts";

const customerId = randomUUID();
const live = randomUUID();
const dev = randomUUID();
const respondent = {
  sub: randomUUID(),
  workspace_id: live,
  survey_id: randomUUID(),
  survey_slug: "gad-7",
  user_id: randomUUID(),
};
const membership = { customer_id: customerId, role: "admin" as const, live, dev };
const account = { sub: randomUUID(), operator: false, memberships: [membership] };
const verified = (changes: Partial<Static<typeof VerifiedApiKey>> = {}): Static<typeof VerifiedApiKey> => ({
  credential_id: randomUUID(),
  kind: "api_key",
  workspace_id: live,
  customer_id: customerId,
  environment: "live",
  scopes: ["users:read"],
  allowed_origins: ["https://portal.example"],
  expires_at: null,
  ...changes,
});

let issuer: TestIssuer;
let app: FastifyInstance;

beforeAll(async () => {
  issuer = await createTestIssuer("https://survey.example");
  app = await mount(issuer);
});
afterAll(() => app.close());

const mount = async (from: Pick<TestIssuer, "issuer" | "keySet">): Promise<FastifyInstance> => {
  const keys: Readonly<Record<string, Static<typeof VerifiedApiKey>>> = {
    live: verified(),
    dev: verified({ environment: "dev", workspace_id: dev, allowed_origins: [] }),
  };
  const options = {
    ...from,
    isEnded: (claims: AccessTokenClaims) => claims.sid === endedSignIn,
    verifyCredential: async (question: CredentialQuestion) =>
      "credential" in question ? (keys[question.credential] ?? null) : null,
  };
  const authenticator = createAuthenticator(options);
  const server = Fastify();
  await server.register(problemPlugin);
  await server.register(accessTokenPlugin, options);
  const answer = (authenticate: (request: FastifyRequest) => Promise<unknown>) => async (request: FastifyRequest) => ({
    caller: await authenticate(request),
  });
  server.get(
    "/respondent",
    answer((request) => authenticator.respondent(request, { kind: "respondent" })),
  );
  server.get(
    "/account",
    answer((request) => authenticator.account(request, { kind: "account" })),
  );
  const access = { kind: "workspace", scope: "users:read", role: "admin" } as const;
  server.get(
    "/workspace",
    answer((request) => authenticator.workspace(request, access)),
  );
  server.get(
    "/write",
    answer((request) => authenticator.workspace(request, { ...access, scope: "users:write" })),
  );
  server.get(
    "/staff",
    answer((request) => authenticator.workspace(request, { ...access, role: "owner", callers: ["account"] })),
  );
  return server;
};

/** The one that somebody has ended. */
const endedSignIn = randomUUID();
const get = (url: string, headers: Record<string, string>) => app.inject({ url, headers });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a caller", () => {
  it("is a respondent with an access token, in either header", async () => {
    const token = await issuer.respondentToken(respondent);
    const caller = {
      kind: "respondent",
      workspaceId: live,
      surveyId: respondent.survey_id,
      respondentId: respondent.sub,
      userId: respondent.user_id,
    };
    for (const headers of [
      { "x-auth-token": token },
      { authorization: `Bearer ${token}` },
      { authorization: `bearer ${token}` },
    ]) {
      const response = await get("/respondent", headers as Record<string, string>);
      expect(response.json()).toEqual({ caller });
    }
  });

  it("is an account before it has chosen a workspace", async () => {
    const token = await issuer.accountToken({ ...account, operator: true });
    expect((await get("/account", { "x-auth-token": token })).json()).toEqual({
      caller: { kind: "account", accountId: account.sub, operator: true, signInId: expect.any(String) },
    });
  });

  it.each([
    ["live", live, "live"],
    ["dev", dev, "dev"],
    [live, live, "live"],
    [dev, dev, "dev"],
  ])("is an account that named the workspace %s", async (header, workspaceId, environment) => {
    const token = await issuer.accountToken(account);
    const { caller } = (await get("/workspace", { "x-auth-token": token, "x-workspace": header })).json();
    expect(caller).toMatchObject({
      workspaceId,
      customerId,
      environment,
      role: "admin",
      actor: { kind: "account", id: account.sub },
    });
  });

  it("is the workspace of an API key, with its scopes and without a role", async () => {
    const { caller } = (await get("/workspace", { "x-api-key": "live" })).json();
    expect(caller).toMatchObject({
      workspaceId: live,
      environment: "live",
      role: null,
      scopes: ["users:read"],
      actor: { kind: "api_key" },
    });
  });
});

describe("403", () => {
  const refused = async (url: string, headers: Record<string, string>) => {
    const response = await get(url, headers);
    expect(response.statusCode).toBe(403);
    return response.json();
  };

  it("keeps respondents out of staff and workspace routes, and staff out of respondents' routes", async () => {
    const person = { "x-auth-token": await issuer.respondentToken(respondent) };
    const staff = { "x-auth-token": await issuer.accountToken(account) };
    for (const [url, headers] of [
      ["/account", person],
      ["/workspace", person],
      ["/respondent", staff],
    ] as const) {
      expect(await refused(url, headers)).toMatchObject({ code: "forbidden" });
    }
  });

  it("tells an account which workspace header is missing or wrong", async () => {
    const token = await issuer.accountToken(account);
    expect(await refused("/workspace", { "x-auth-token": token })).toMatchObject({
      detail: expect.stringContaining("X-Workspace"),
    });
    for (const header of ["test", randomUUID(), "LIVE", `${live}, ${dev}`]) {
      await refused("/workspace", { "x-auth-token": token, "x-workspace": header });
    }
  });

  it("wants a workspace id from an account of several customers", async () => {
    const second = { ...membership, customer_id: randomUUID(), live: randomUUID(), dev: randomUUID() };
    const token = await issuer.accountToken({ ...account, memberships: [membership, second] });
    await refused("/workspace", { "x-auth-token": token, "x-workspace": "live" });
    const { caller } = (await get("/workspace", { "x-auth-token": token, "x-workspace": second.dev })).json();
    expect(caller).toMatchObject({ workspaceId: second.dev, customerId: second.customer_id, environment: "dev" });
  });

  it("wants the role or a higher one", async () => {
    const asRole = async (role: "viewer" | "owner") => ({
      "x-auth-token": await issuer.accountToken({ ...account, memberships: [{ ...membership, role }] }),
      "x-workspace": "live",
    });
    await refused("/workspace", await asRole("viewer"));
    expect((await get("/staff", await asRole("owner"))).statusCode).toBe(200);
  });

  it("wants the operation's scope of an API key, and no API key where only staff may", async () => {
    expect(await refused("/write", { "x-api-key": "live" })).toMatchObject({
      detail: "The credential lacks the scope users:write",
    });
    await refused("/staff", { "x-api-key": "live" });
  });

  it("refuses a live key from a browser's page, unless the workspace allows the page's origin", async () => {
    for (const origin of ["https://evil.example", "null", "https://portal.example.evil.example"]) {
      expect(await refused("/workspace", { "x-api-key": "live", origin })).toMatchObject({
        code: "origin_not_allowed",
      });
    }
    for (const [key, origin] of [
      ["live", "https://portal.example"],
      ["dev", "https://evil.example"],
    ] as const) {
      expect((await get("/workspace", { "x-api-key": key, origin })).statusCode).toBe(200);
    }
  });
});

describe("401", () => {
  const claims = () => {
    const iat = Math.floor(Date.now() / 1_000);
    const common = {
      iss: issuer.issuer,
      aud: "roundtrip",
      client_id: "roundtrip",
      iat,
      exp: iat + 600,
      jti: "j",
      sid: randomUUID(),
    };
    return { ...common, kind: "respondent", ...respondent };
  };
  const without = (name: string) => Object.fromEntries(Object.entries(claims()).filter(([key]) => key !== name));
  const unsigned = (alg: string) => `${encode({ alg, typ: "at+jwt", kid: issuer.jwk.kid })}.${encode(claims())}.`;
  const confused = async (secretOf: (pem: string) => string) => {
    const pem = (await issuer.keySet.findPem(issuer.jwk.kid ?? "")) ?? "";
    const input = `${encode({ alg: "HS256", typ: "at+jwt", kid: issuer.jwk.kid })}.${encode(claims())}`;
    return `${input}.${createHmac("sha256", secretOf(pem)).update(input).digest("base64url")}`;
  };
  const now = () => Math.floor(Date.now() / 1_000);
  const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

  /** The same bytes: a signature of 64 leaves its last character four bits that count for nothing. */
  const respelt = async (bits: number) => {
    const token = await issuer.sign(claims());
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const other = token.slice(0, -1) + alphabet.charAt(alphabet.indexOf(token.slice(-1)) | bits);
    expect(Buffer.from(other.slice(-86), "base64url")).toEqual(Buffer.from(token.slice(-86), "base64url"));
    return other;
  };

  const hostile: readonly (readonly [string, () => Promise<string> | string])[] = [
    ["nothing", () => ""],
    ["one word", () => "token"],
    ["alg none", () => unsigned("none")],
    ["alg nOnE", () => unsigned("nOnE")],
    ["alg none with a signature", () => `${unsigned("none")}AAAA`],
    ["ES256 without a signature", () => unsigned("ES256")],
    ["HS256 with the public key as secret", () => confused((pem) => pem)],
    ["HS256 with the trimmed public key", () => confused((pem) => pem.trim())],
    ["HS256 with a blank before the public key", () => confused((pem) => ` ${pem}`)],
    [
      "somebody else's key under our kid",
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: issuer.jwk.kid ?? "" })
          .sign(foreign),
    ],
    ["typ JWT", () => issuer.sign(claims(), { typ: "JWT" })],
    ["typ of a refresh token", () => issuer.sign(claims(), { typ: "rt+jwt" })],
    ["no typ", () => issuer.sign(claims(), { typ: undefined })],
    ["another audience", () => issuer.sign({ ...claims(), aud: "roundtrip-refresh" })],
    ["several audiences", () => issuer.sign({ ...claims(), aud: ["roundtrip", "x"] })],
    ["no audience", () => issuer.sign(without("aud"))],
    ["another issuer", () => issuer.sign({ ...claims(), iss: "https://evil.example" })],
    ["a list of issuers", () => issuer.sign({ ...claims(), iss: [issuer.issuer] })],
    ["the issuer with a slash", () => issuer.sign({ ...claims(), iss: `${issuer.issuer}/` })],
    ["expired", () => issuer.sign({ ...claims(), iat: now() - 700, exp: now() - 60 })],
    ["no exp", () => issuer.sign(without("exp"))],
    ["exp as text", () => issuer.sign({ ...claims(), exp: "9999999999" })],
    ["exp in another age", () => issuer.sign({ ...claims(), exp: 1e300 })],
    ["a life of a year", () => issuer.sign({ ...claims(), exp: now() + 31_536_000 })],
    ["issued in the future", () => issuer.sign({ ...claims(), iat: now() + 60, exp: now() + 600 })],
    ["not active yet", () => issuer.sign({ ...claims(), nbf: now() + 60 })],
    ["no jti", () => issuer.sign(without("jti"))],
    ["no sid", () => issuer.sign(without("sid"))],
    ["no kind", () => issuer.sign(without("kind"))],
    ["an unknown kind", () => issuer.sign({ ...claims(), kind: "operator" })],
    ["a subject that is no id", () => issuer.sign({ ...claims(), sub: "" })],
    ["a list as subject", () => issuer.sign({ ...claims(), sub: [respondent.sub] })],
    ["kid traversal", () => issuer.sign(claims(), { kid: "../../../../dev/null" })],
    ["kid injection", () => issuer.sign(claims(), { kid: "' OR 1=1 --" })],
    ["kid as a list", () => issuer.sign(claims(), { kid: [issuer.jwk.kid] })],
    ["no kid", () => issuer.sign(claims(), { kid: undefined })],
    ["an unknown kid", () => issuer.sign(claims(), { kid: "A".repeat(43) })],
    [
      "an embedded key",
      () => new SignJWT(claims()).setProtectedHeader({ alg: "ES256", typ: "at+jwt", jwk: issuer.jwk }).sign(foreign),
    ],
    [
      "a key by URL",
      () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: "ES256", typ: "at+jwt", jku: "http://127.0.0.1:9/jwks" })
          .sign(foreign),
    ],
    ["crit", () => issuer.sign(claims(), { crit: ["b64"], b64: true })],
    ["a list as payload", () => issuer.sign("[]")],
    ["a number as payload", () => issuer.sign("1")],
    ["text as payload", () => issuer.sign("{")],
    ["5 KB", async () => issuer.sign({ ...claims(), pad: "x".repeat(5_000) })],
    ["padding", async () => `${await issuer.sign(claims())}=`],
    ...[1, 2, 4, 8, 15].map((bits) => [`the signature with ${bits} in its surplus bits`, () => respelt(bits)] as const),
    ["a blank inside", async () => (await issuer.sign(claims())).replace(".", ". ")],
    ["four parts", async () => `${await issuer.sign(claims())}.AAAA`],
    ["two tokens", async () => `${await issuer.sign(claims())}, ${await issuer.sign(claims())}`],
    ["a member __proto__", async () => issuer.sign(`{"__proto__":{"kind":"respondent"}}`)],
  ];

  it("accepts the token that the hostile ones are made from", async () => {
    expect((await get("/respondent", { "x-auth-token": await issuer.sign(claims()) })).statusCode).toBe(200);
  });

  it.each(hostile)("refuses %s with the one body", async (_name, make) => {
    const token = await make();
    for (const url of ["/respondent", "/account", "/workspace"]) {
      const response = await get(url, { "x-auth-token": token });
      expect(response.statusCode).toBe(401);
      expect({ ...response.json(), request_id: "" }).toEqual({
        type: "urn:roundtrip:problem:unauthorized",
        title: "Valid credentials are required",
        detail: "Valid credentials are required",
        status: 401,
        code: "unauthorized",
        request_id: "",
      });
    }
  });

  it("refuses a key that nobody knows with the same body as a bad token", async () => {
    const bad = await get("/workspace", { "x-api-key": "unknown" });
    const none = await get("/workspace", {});
    expect(bad.statusCode).toBe(401);
    expect({ ...bad.json(), request_id: "" }).toEqual({ ...none.json(), request_id: "" });
  });

  it("refuses a token in the query string", async () => {
    const token = await issuer.respondentToken(respondent);
    expect((await get(`/respondent?x-auth-token=${token}&access_token=${token}`, {})).statusCode).toBe(401);
  });

  it("refuses a token signed with a published key that is not for access tokens", async () => {
    const ticketKey = { ...issuer.jwk, roundtrip_use: "return_ticket" };
    const keySet = createKeySet({ load: async () => [ticketKey], log: { warn: () => undefined } });
    const other = await mount({ issuer: issuer.issuer, keySet });
    const response = await other.inject({
      url: "/respondent",
      headers: { "x-auth-token": await issuer.respondentToken(respondent) },
    });
    await other.close();
    expect(response.statusCode).toBe(401);
  });
});

describe("a token that was ended before its time", () => {
  it.each(["/respondent", "/account", "/workspace", "/staff"])("is 401 at %s, like one that never was", async (url) => {
    const createToken = (sid: string) =>
      url === "/respondent"
        ? issuer.respondentToken({ ...respondent, sid })
        : issuer.accountToken({ ...account, memberships: [membership], sid });
    const ask = async (sid: string) => get(url, { "x-auth-token": await createToken(sid), "x-workspace": live });
    expect((await ask(randomUUID())).statusCode).not.toBe(401);
    expect((await ask(endedSignIn)).json()).toMatchObject({ status: 401, code: "unauthorized" });
  });
});

describe("503", () => {
  it("says that auth-service is away while no key has ever been loaded, instead of calling a good token bad", async () => {
    const keySet = createKeySet({
      load: async () => Promise.reject(new Error("away")),
      log: { warn: () => undefined },
    });
    const other = await mount({ issuer: issuer.issuer, keySet });
    const response = await other.inject({
      url: "/respondent",
      headers: { "x-auth-token": await issuer.respondentToken(respondent) },
    });
    await other.close();
    expect(response.statusCode).toBe(503);
    expect(response.headers["retry-after"]).toBe("2");
  });
});

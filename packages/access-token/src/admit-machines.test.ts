import { randomUUID } from "node:crypto";
import type { Access } from "@roundtrip/contracts/operation";
import { problemPlugin } from "@roundtrip/http-problem/problem.plugin";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accessTokenPlugin } from "./access-token.plugin.ts";
import type { CredentialQuestion, Verified } from "./authenticator.ts";
import { createAuthenticator } from "./create-authenticator.ts";
import { createTestIssuer, type TestIssuer } from "./test-issuer.ts";

type WorkspaceAccess = Extract<Access, { kind: "workspace" }>;
type VerifiedKey = Extract<Verified, { kind: "api_key" }>;
type VerifiedToken = Extract<Verified, { kind: "personal_access_token" }>;

const [customerId, live, dev, keyId, tokenId, accountId, userId] = Array.from({ length: 7 }, () => randomUUID());
if (!customerId || !live || !dev || !keyId || !tokenId || !accountId || !userId) throw new Error("seven ids were made");

const key: VerifiedKey = {
  credential_id: keyId,
  kind: "api_key",
  workspace_id: live,
  customer_id: customerId,
  environment: "live",
  scopes: ["users:read", "users:write"],
  allowed_origins: [],
  expires_at: null,
};
const inClaims = { customer_id: customerId, role: "admin" as const, live, dev };
const membership = {
  ...inClaims,
  live_origins: ["https://portal.example"],
  dev_origins: ["https://dev.example"],
};
const token: VerifiedToken = {
  credential_id: tokenId,
  kind: "personal_access_token",
  account_id: accountId,
  memberships: [membership],
  scopes: ["users:read"],
  expires_at: null,
};

/** What auth-service knows; `asked` is what it was asked. */
let known: Record<string, Verified>;
let asked: CredentialQuestion[];
let issuer: TestIssuer;
let app: FastifyInstance;

const base = { kind: "workspace", scope: "users:read", role: "admin" } as const;
const doors: Record<string, WorkspaceAccess> = {
  "/default": base,
  "/write": { ...base, scope: "users:write" },
  "/owners": { ...base, role: "owner" },
  "/unscoped": { ...base, scope: null },
  "/unscoped-named": { ...base, scope: null, callers: ["personal_access_token", "action_token"] },
  "/users": { ...base, callers: ["api_key", "account", "personal_access_token", "action_token"] },
  "/users-write": { ...base, scope: "users:write", callers: ["action_token"] },
  "/keys-only": { ...base, callers: ["api_key"] },
};

beforeAll(async () => {
  issuer = await createTestIssuer("https://survey.example");
  const options = {
    ...issuer,
    isEnded: () => false,
    verifyCredential: async (question: CredentialQuestion) => {
      asked.push(question);
      return known["credential" in question ? question.credential : question.api_key_id] ?? null;
    },
  };
  const authenticator = createAuthenticator(options);
  app = Fastify();
  await app.register(problemPlugin);
  await app.register(accessTokenPlugin, options);
  for (const [url, access] of Object.entries(doors)) {
    app.get(url, async (request) => ({ caller: await authenticator.workspace(request, access) }));
  }
  app.get("/account", async (request) => ({ caller: await authenticator.account(request, { kind: "account" }) }));
  app.get("/respondent", async (request) => ({
    caller: await authenticator.respondent(request, { kind: "respondent" }),
  }));
});
afterAll(() => app.close());
beforeEach(() => {
  known = { rt_live_key: key, rt_pat_token: token, [keyId]: key };
  asked = [];
});

const get = async (url: string, headers: Record<string, string>) => {
  const response = await app.inject({ url, headers });
  return { status: response.statusCode, ...response.json() };
};
const pat = (workspace?: string, more: Record<string, string> = {}) => ({
  authorization: "Bearer rt_pat_token",
  ...(workspace === undefined ? {} : { "x-workspace": workspace }),
  ...more,
});
const actionClaims = {
  sub: userId,
  client_id: keyId,
  workspace_id: live,
  customer_id: customerId,
  environment: "live",
  scope: "users:read",
} as const;
const action = async (changes: Partial<Parameters<TestIssuer["actionToken"]>[0]> = {}) => ({
  authorization: `Token ${await issuer.actionToken({ ...actionClaims, ...changes })}`,
});

describe("a personal access token", () => {
  it("is its owner in the workspace that X-Workspace names, with the token's scopes", async () => {
    for (const [header, workspaceId, environment] of [
      ["live", live, "live"],
      ["dev", dev, "dev"],
      [dev, dev, "dev"],
    ] as const) {
      expect((await get("/default", pat(header))).caller).toEqual({
        kind: "workspace",
        workspaceId,
        customerId,
        environment,
        role: "admin",
        scopes: ["users:read"],
        signInId: null,
        userId: null,
        actor: { kind: "personal_access_token", id: tokenId },
      });
    }
  });

  it("needs the operation's scope and its owner's role, both", async () => {
    expect(await get("/write", pat("live"))).toMatchObject({
      status: 403,
      detail: expect.stringContaining("users:write"),
    });
    expect(await get("/owners", pat("live"))).toMatchObject({ status: 403, detail: expect.stringContaining("owner") });
    known = { rt_pat_token: { ...token, scopes: ["users:write"], memberships: [{ ...membership, role: "viewer" }] } };
    expect((await get("/write", pat("live"))).status).toBe(403);
  });

  it("takes no operation without a scope, but where it is named", async () => {
    expect((await get("/unscoped", pat("live"))).status).toBe(403);
    expect((await get("/unscoped-named", pat("live"))).status).toBe(200);
    expect((await get("/keys-only", pat("live"))).status).toBe(403);
  });

  it("must name a workspace of its owner", async () => {
    for (const header of [undefined, "", randomUUID(), "LIVE"])
      expect((await get("/default", pat(header))).status).toBe(403);
  });

  it("may be used from a page only at the origins that the workspace in hand allows, in dev as well", async () => {
    for (const [workspace, origin, status] of [
      ["live", "https://portal.example", 200],
      ["dev", "https://dev.example", 200],
      ["live", "https://dev.example", 403],
      ["dev", "https://portal.example", 403],
      ["dev", "null", 403],
      ["live", "null", 403],
      ["live", "", 403],
      ["live", "https://portal.example:8443", 403],
      ["live", "https://PORTAL.example", 403],
      ["live", "https://portal.example, https://evil.example", 403],
    ] as const) {
      const answer = await get("/default", pat(workspace, { origin }));
      expect([workspace, origin, answer.status]).toEqual([workspace, origin, status]);
      if (status === 403) expect(answer.code).toBe("origin_not_allowed");
    }
  });

  it("is refused for accounts' own operations with 403, and worth nothing at a respondent's", async () => {
    expect(await get("/account", pat("live"))).toMatchObject({ status: 403, code: "forbidden" });
    expect((await get("/account", { authorization: "Bearer rt_pat_unknown" })).status).toBe(401);
    expect((await get("/respondent", pat("live"))).status).toBe(401);
  });

  it("is worth nothing in another header, nor is a key in its place", async () => {
    expect((await get("/default", { "x-api-key": "rt_pat_token", "x-workspace": "live" })).status).toBe(401);
    expect((await get("/default", { "x-auth-token": "rt_pat_token", "x-workspace": "live" })).status).toBe(401);
    expect((await get("/default", { authorization: "Token rt_pat_token", "x-workspace": "live" })).status).toBe(401);
    expect((await get("/default", { authorization: "Bearer rt_live_key", "x-workspace": "live" })).status).toBe(401);
    known = { rt_pat_key: key };
    expect((await get("/default", { authorization: "Bearer rt_pat_key", "x-workspace": "live" })).status).toBe(401);
  });
});

describe("an action token", () => {
  it("is one user of its key's workspace, with its own scopes", async () => {
    expect((await get("/users", await action({ scope: "users:read sessions:read" }))).caller).toEqual({
      kind: "workspace",
      workspaceId: live,
      customerId,
      environment: "live",
      role: null,
      scopes: ["users:read"],
      signInId: null,
      userId,
      actor: { kind: "action_token", id: keyId },
    });
    expect(asked).toEqual([{ api_key_id: keyId }]);
  });

  it("comes only where operations name it, within its scopes and its key's", async () => {
    expect((await get("/default", await action())).status).toBe(403);
    expect((await get("/unscoped", await action())).status).toBe(403);
    expect((await get("/unscoped-named", await action())).status).toBe(200);
    expect((await get("/users-write", await action())).status).toBe(403);
    expect((await get("/users-write", await action({ scope: "users:write" }))).status).toBe(200);
    known = { [keyId]: { ...key, scopes: ["users:read"] } };
    expect((await get("/users-write", await action({ scope: "users:write" }))).status).toBe(403);
  });

  it("may be used from any page", async () => {
    expect((await get("/users", { ...(await action()), origin: "https://anywhere.example" })).status).toBe(200);
  });

  it("ends with its key", async () => {
    known = {};
    expect((await get("/users", await action())).status).toBe(401);
    known = { [keyId]: { ...key, workspace_id: dev } };
    expect((await get("/users", await action())).status).toBe(401);
    known = { [keyId]: token };
    expect((await get("/users", await action())).status).toBe(401);
  });

  const now = () => Math.floor(Date.now() / 1_000);
  const hostile: readonly (readonly [string, () => Promise<string>])[] = [
    ["one that has expired", () => issuer.actionToken({ ...actionClaims, iat: now() - 100, exp: now() - 6 })],
    ["one of the future", () => issuer.actionToken({ ...actionClaims, iat: now() + 60 })],
    ["a life of more than 12 hours", () => issuer.actionToken({ ...actionClaims, exp: now() + 43_260 })],
    ["another issuer", () => issuer.actionToken({ ...actionClaims, iss: "https://evil.example" })],
    ["another audience", () => issuer.sign({ ...actionClaims, aud: "roundtrip" }, { typ: "uat+jwt" })],
    ["several audiences", () => issuer.sign({ ...signed(), aud: ["roundtrip-action", "x"] }, { typ: "uat+jwt" })],
    ["the type of an access token", () => issuer.sign(signed(), { typ: "at+jwt" })],
    ["no type", () => issuer.sign(signed(), { typ: undefined })],
    ["a user that is no id", () => issuer.actionToken({ ...actionClaims, sub: "me" })],
    ["a key that is no id", () => issuer.actionToken({ ...actionClaims, client_id: "roundtrip" })],
    ["no scope", () => issuer.actionToken({ ...actionClaims, scope: "" })],
    ["no jti", () => issuer.sign({ ...signed(), jti: undefined }, { typ: "uat+jwt" })],
    ["surplus text", async () => `${await issuer.actionToken(actionClaims)}=`],
    ["a foreign signature", async () => (await createTestIssuer("https://survey.example")).actionToken(actionClaims)],
  ];
  const signed = () => ({
    ...actionClaims,
    iss: "https://survey.example",
    aud: "roundtrip-action",
    iat: now(),
    exp: now() + 600,
    jti: randomUUID(),
  });

  it.each(hostile)("is refused for %s, and nobody is asked", async (_name, make) => {
    expect((await get("/users", { authorization: `Token ${await make()}` })).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it("is accepted as the hostile ones are made", async () => {
    const text = await issuer.sign(signed(), { typ: "uat+jwt" });
    expect((await get("/users", { authorization: `Token ${text}` })).status).toBe(200);
  });

  it("is no access token, and no access token is one", async () => {
    const text = await issuer.actionToken(actionClaims);
    for (const url of ["/users", "/account", "/respondent"]) {
      expect((await get(url, { authorization: `Bearer ${text}`, "x-workspace": "live" })).status).toBe(401);
      expect((await get(url, { "x-auth-token": text, "x-workspace": "live" })).status).toBe(401);
    }
    const access = await issuer.accountToken({ sub: accountId, operator: true, memberships: [inClaims] });
    expect((await get("/account", { authorization: `Bearer ${access}` })).status).toBe(200);
    expect((await get("/users", { authorization: `Token ${access}` })).status).toBe(401);
  });

  it("comes from a key that signs for people: one for return tickets signs none", async () => {
    const other = await createTestIssuer(issuer.issuer);
    const options = {
      issuer: issuer.issuer,
      keySet: { ...other.keySet, findJwk: async () => ({ ...other.jwk, roundtrip_use: "return_ticket" }) },
      verifyCredential: async () => key,
      isEnded: () => false,
    };
    const authenticator = createAuthenticator(options);
    const server = Fastify();
    await server.register(problemPlugin);
    server.get("/", async (request) => authenticator.workspace(request, doors["/users"] ?? base));
    const authorization = `Token ${await other.actionToken(actionClaims)}`;
    expect((await server.inject({ url: "/", headers: { authorization } })).statusCode).toBe(401);
    await server.close();
  });
});

describe("several credentials at once", () => {
  it("are decided by one of them: the key, then X-Auth-Token, then Authorization", async () => {
    const access = await issuer.accountToken({ sub: accountId, operator: false, memberships: [inClaims] });
    const all = { "x-api-key": "rt_live_key", "x-auth-token": access, ...pat("dev") };
    const actorOf = async (headers: Record<string, string>) => (await get("/users", headers)).caller.actor.kind;
    expect(await actorOf(all)).toBe("api_key");
    const { "x-api-key": _key, ...withoutKey } = all;
    expect(await actorOf(withoutKey)).toBe("account");
    const { "x-auth-token": _token, ...bearer } = withoutKey;
    expect(await actorOf(bearer)).toBe("personal_access_token");
  });

  it("are refused when the one that decides is, however good the others are", async () => {
    const access = await issuer.accountToken({ sub: accountId, operator: false, memberships: [inClaims] });
    expect((await get("/users", { "x-api-key": "rt_live_unknown", ...pat("live") })).status).toBe(401);
    expect((await get("/users", { "x-api-key": "", "x-auth-token": access, "x-workspace": "live" })).status).toBe(401);
    expect((await get("/users", { "x-auth-token": "x", ...pat("live") })).status).toBe(401);
    expect((await get("/users", { "x-auth-token": "", ...(await action()) })).status).toBe(401);
  });
});

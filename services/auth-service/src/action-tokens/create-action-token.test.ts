import { createAuthenticator } from "@roundtrip/access-token/create-authenticator";
import { createCredentialVerifier } from "@roundtrip/access-token/credential-verifier";
import { openBusKeySet } from "@roundtrip/access-token/key-set";
import { scopes } from "@roundtrip/contracts/scope";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { problemPlugin } from "@roundtrip/http-problem/problem.plugin";
import Fastify from "fastify";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { asToken, introspect, makeKey, makeToken } from "../test/machine-credentials.ts";
import { auditEntries, findClinic, type MadeCustomer } from "../test/make-staff.ts";
import { adminHeaders, openAuthService, postJson, publicUrl, sql, useAuthService } from "../test/open-auth-service.ts";
import { type KnownUser, openUsersStandIn } from "../test/users-stand-in.ts";

const bus = createInProcessEventBus();
const { service, database } = useAuthService({ bus });
const users: KnownUser[] = [];
let headers: Record<string, string>;
let clinic: MadeCustomer;
let person: KnownUser;
let key: Record<string, string>;
let keyId: string;
beforeAll(async () => {
  await openUsersStandIn(bus, users);
  headers = await adminHeaders(service().app);
  clinic = await findClinic(service().db);
  person = { workspaceId: clinic.live, userId: uuidv7(), externalUserId: "patient / 1 + ü" };
  users.push(person, { workspaceId: clinic.dev, userId: uuidv7(), externalUserId: "in-dev" });
  const made = await makeKey(service().app, headers);
  key = { "x-api-key": made.key };
  keyId = made.api_key_id;
});
afterAll(() => bus.close());
const create = (payload: unknown, as: Record<string, string> = key) =>
  postJson(service().app, { url: "/v2/action-tokens", payload, headers: as });
const make = async (payload: object = {}, as = key): Promise<string> => {
  const response = await create({ user_id: person.userId, ...payload }, as);
  expect(response.statusCode).toBe(201);
  return response.json().token;
};

describe("201", () => {
  it("is a signed token for one user, in the name of the key, for two hours", async () => {
    const response = await create({ user_id: person.userId.toUpperCase() });
    expect(response.statusCode).toBe(201);
    expect(response.headers["cache-control"]).toBe("no-store");
    const { token, expires_at } = response.json();
    expect(decodeProtectedHeader(token)).toEqual({ alg: "ES256", typ: "uat+jwt", kid: expect.any(String) });
    const claims = decodeJwt(token);
    expect(claims).toEqual({
      iss: publicUrl,
      aud: "roundtrip-action",
      sub: person.userId,
      client_id: keyId,
      workspace_id: clinic.live,
      customer_id: clinic.customerId,
      environment: "live",
      scope: "users:read users:write sessions:read sessions:write submissions:read",
      iat: expect.any(Number),
      exp: (claims.iat ?? 0) + 7_200,
      jti: expect.any(String),
    });
    expect(expires_at).toBe(new Date((claims.exp ?? 0) * 1_000).toISOString());
  });

  it("knows the user by the customer's own id, whatever characters that holds", async () => {
    const response = await create({ external_user_id: person.externalUserId });
    expect(decodeJwt(response.json().token).sub).toBe(person.userId);
  });

  it("keeps to the life and the scopes asked for, and to the key's own end", async () => {
    const claims = decodeJwt(await make({ expires_in: 43_200, scopes: ["submissions:read"] }));
    expect([(claims.exp ?? 0) - (claims.iat ?? 0), claims["scope"]]).toEqual([43_200, "submissions:read"]);
    const expires_at = new Date(Date.now() + 600_000).toISOString();
    const short = await makeKey(service().app, headers, { expires_at });
    const last = decodeJwt(await make({}, { "x-api-key": short.key }));
    expect(last.exp).toBe(Math.floor(Date.parse(expires_at) / 1_000));
  });

  it("is told in the audit log, without the token", async () => {
    const token = await make();
    const entry = (await auditEntries(service().db, "action_token.created")).at(-1);
    expect(entry).toMatchObject({
      chainId: clinic.customerId,
      body: {
        actor: { kind: "api_key", id: keyId },
        workspace_id: clinic.live,
        target: { kind: "user", id: person.userId },
        detail: { jti: decodeJwt(token).jti },
      },
    });
    expect(JSON.stringify(entry)).not.toContain(token.slice(-40));
  });
});

describe("another service", () => {
  it("lets it in within its scopes, until its key is revoked", async () => {
    const { app } = service();
    const keySet = await openBusKeySet(bus, { warn: () => undefined });
    const verifier = await createCredentialVerifier({ bus });
    const options = { issuer: publicUrl, keySet, verifyCredential: verifier.verify, isEnded: () => false };
    const authenticator = createAuthenticator(options);
    const server = Fastify();
    await server.register(problemPlugin);
    const access = { kind: "workspace", scope: "users:read", role: "viewer", callers: ["action_token"] } as const;
    server.get("/", async (request) => authenticator.workspace(request, access));
    const made = await makeKey(app, headers);
    const token = await make({}, { "x-api-key": made.key });
    const use = () => server.inject({ url: "/", headers: { authorization: `Token ${token}` } });
    expect((await use()).json()).toMatchObject({ userId: person.userId, actor: { kind: "action_token" } });
    await app.inject({ method: "DELETE", url: `/v2/api-keys/${made.api_key_id}`, headers });
    await vi.waitFor(async () => expect((await use()).statusCode).toBe(401));
    await server.close();
    await verifier.close();
    await keySet.close();
  });
});

describe("403", () => {
  it("is for keys: no account, no token and no action token makes one", async () => {
    const payload = { user_id: person.userId };
    const { token } = await makeToken(service().app, headers, { scopes });
    expect((await create(payload, headers)).statusCode).toBe(403);
    expect((await create(payload, asToken(token))).statusCode).toBe(403);
    expect((await create(payload, { authorization: `Token ${await make()}` })).statusCode).toBe(403);
  });

  it("wants the scope tokens:write, and gives nothing that the key has not", async () => {
    const { app } = service();
    const [reader, narrow] = [
      await makeKey(app, headers, { scopes: ["users:read"] }),
      await makeKey(app, headers, { scopes: ["tokens:write", "users:read"] }),
    ];
    expect((await create({ user_id: person.userId }, { "x-api-key": reader.key })).statusCode).toBe(403);
    const asNarrow = { "x-api-key": narrow.key };
    expect(decodeJwt(await make({}, asNarrow))["scope"]).toBe("users:read");
    const refused = await create({ user_id: person.userId, scopes: ["users:read", "users:write"] }, asNarrow);
    expect(refused.json()).toMatchObject({ status: 403, code: "forbidden", detail: "The key lacks users:write" });
    const blind = await makeKey(app, headers, { scopes: ["tokens:write"] });
    expect((await create({ user_id: person.userId }, { "x-api-key": blind.key })).statusCode).toBe(403);
  });
});

describe("401", () => {
  it("wants a key that is good, and takes no action token as any other credential", async () => {
    expect((await create({ user_id: person.userId }, {})).statusCode).toBe(401);
    const token = await make();
    const { app } = service();
    expect((await app.inject({ url: "/v2/me", headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(401);
    expect((await app.inject({ method: "POST", url: "/refresh", headers: { "x-auth-token": token } })).statusCode).toBe(
      401,
    );
    expect((await introspect(app, { authorization: `Token ${token}` })).statusCode).toBe(403);
  });

  it("is the answer to a token of a suspended customer's key", async () => {
    const token = await make();
    const { app, db } = service();
    const use = async () => (await introspect(app, { authorization: `Token ${token}` })).statusCode;
    await sql(db, "UPDATE customers SET suspended_at = now() WHERE customer_id = $1", clinic.customerId);
    expect(await use()).toBe(401);
    await sql(db, "UPDATE customers SET suspended_at = NULL WHERE customer_id = $1", clinic.customerId);
    expect(await use()).toBe(403);
  });
});

describe("404", () => {
  it("is one answer for an unknown user and another workspace's", async () => {
    const refused = async (payload: object) => ({ ...(await create(payload)).json(), request_id: "" });
    const unknown = await refused({ user_id: uuidv7() });
    expect(unknown).toMatchObject({ status: 404, code: "user_not_found" });
    expect(await refused({ external_user_id: "nobody" })).toEqual(unknown);
    expect(await refused({ external_user_id: "in-dev" })).toEqual(unknown);
    expect(await refused({ user_id: users[1]?.userId })).toEqual(unknown);
  });
});

describe("422", () => {
  it.each([
    ["none of the ids", {}],
    ["both ids", { user_id: uuidv7(), external_user_id: "p" }],
  ])("names both ids for %s", async (_name, payload) => {
    const response = await create(payload);
    expect(response.statusCode).toBe(422);
    expect(response.json().detail.map((item: { loc: unknown }) => item.loc)).toEqual([
      ["body", "user_id"],
      ["body", "external_user_id"],
    ]);
  });

  it.each([
    ["a life of less than a minute", { expires_in: 59 }, "expires_in"],
    ["a life of more than 12 hours", { expires_in: 43_201 }, "expires_in"],
    ["a life that is text", { expires_in: "600" }, "expires_in"],
    ["no scope at all", { scopes: [] }, "scopes"],
    ["an unknown scope", { scopes: ["everything"] }, "scopes"],
    ["an id that is none", { user_id: "me" }, "user_id"],
    ["NUL in an id", { user_id: undefined, external_user_id: "a\u0000" }, "external_user_id"],
    ["a smuggled subject", { sub: uuidv7() }, "sub"],
  ])("refuses %s", async (_name, changes, member) => {
    const response = await create({ user_id: person.userId, ...changes });
    expect(response.statusCode).toBe(422);
    expect(response.json().detail[0].loc.slice(0, 2)).toEqual(["body", member]);
  });
});

describe("503", () => {
  it("says that survey-service is away, instead of calling the user unknown", async () => {
    const alone = await openAuthService(database().url);
    const response = await postJson(alone.app, {
      url: "/v2/action-tokens",
      payload: { user_id: person.userId },
      headers: key,
    });
    await alone.close();
    expect(response.json()).toMatchObject({ status: 503, code: "dependency_unavailable" });
    expect(response.headers["retry-after"]).toBeDefined();
  });
});

import { randomUUID } from "node:crypto";
import { verifyCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { RpcRequest } from "@roundtrip/contracts/rpc";
import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApiKey } from "./api-key-format.ts";
import type { Verified } from "./authenticator.ts";
import { createCredential, credentialSha256 } from "./credential-format.ts";
import { type CredentialVerifier, createCredentialVerifier } from "./credential-verifier.ts";

let bus: EventBus;
let verifier: CredentialVerifier;
let responder: Subscription;
let now = 0;
type VerifiedKey = Extract<Verified, { kind: "api_key" }>;
let asked: string[] = [];
const known = new Map<string, Verified>();
let beforeAnswer: () => Promise<void> | void;

const answer = async (body: string) => {
  const question = JSON.parse(body) as RpcRequest<typeof verifyCredential>; // what the verifier has just sent
  const name = "credential_sha256" in question ? question.credential_sha256 : question.api_key_id;
  asked.push(name);
  const verified = known.get(name) ?? null;
  await beforeAnswer();
  return JSON.stringify({ verified });
};

const verify = (credential: string) => verifier.verify({ credential });

const addKey = (changes: Partial<VerifiedKey> = {}): { key: string; verified: VerifiedKey } => {
  const key = createApiKey("live");
  const verified: VerifiedKey = {
    credential_id: randomUUID(),
    kind: "api_key",
    workspace_id: randomUUID(),
    customer_id: randomUUID(),
    environment: "live",
    scopes: ["users:read"],
    allowed_origins: [],
    expires_at: null,
    ...changes,
  };
  known.set(credentialSha256(key), verified);
  return { key, verified };
};

type VerifiedToken = Extract<Verified, { kind: "personal_access_token" }>;

const addToken = (changes: Partial<VerifiedToken> = {}): { token: string; verified: VerifiedToken } => {
  const token = createCredential("pat");
  const membership = { customer_id: randomUUID(), role: "admin" as const, live: randomUUID(), dev: randomUUID() };
  const verified: VerifiedToken = {
    credential_id: randomUUID(),
    kind: "personal_access_token",
    account_id: randomUUID(),
    memberships: [{ ...membership, live_origins: [], dev_origins: [] }],
    scopes: ["users:read"],
    expires_at: new Date(now + 86_400_000).toISOString(),
    ...changes,
  };
  known.set(credentialSha256(token), verified);
  return { token, verified };
};

beforeEach(async () => {
  now = 1_000_000;
  asked = [];
  known.clear();
  beforeAnswer = () => undefined;
  bus = createInProcessEventBus();
  responder = await bus.respond(verifyCredential.subject, answer);
  verifier = await createCredentialVerifier({ bus, clock: () => new Date(now) });
});
afterEach(async () => {
  await verifier.close();
  await bus.close();
});

describe("a credential verifier", () => {
  it("asks once in 30 s for a good key, however many ask at once", async () => {
    const { key, verified } = addKey();
    expect(await Promise.all(Array.from({ length: 10 }, () => verify(key)))).toEqual(Array(10).fill(verified));
    now += 29_999;
    await verify(key);
    expect(asked).toHaveLength(1);
    now += 1;
    await verify(key);
    expect(asked).toHaveLength(2);
  });

  it("refuses a key with a wrong checksum without asking anybody", async () => {
    const { key } = addKey();
    expect(await verify(`${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`)).toBeNull();
    expect(await verify("")).toBeNull();
    expect(asked).toEqual([]);
  });

  it("does not remember that a key is unknown, so that a new key works at once", async () => {
    const { key, verified } = addKey();
    known.clear();
    expect(await verify(key)).toBeNull();
    known.set(credentialSha256(key), verified);
    expect(await verify(key)).toEqual(verified);
  });

  it("forgets a key at once when its revocation is announced, and keeps the others", async () => {
    const [revoked, other] = [addKey(), addKey()];
    await verify(revoked.key);
    await verify(other.key);
    known.delete(credentialSha256(revoked.key));
    bus.announce(nudges.credentialsChanged, revoked.verified.credential_id);
    await vi.waitFor(async () => expect(await verify(revoked.key)).toBeNull());
    asked = [];
    expect(await verify(other.key)).toEqual(other.verified);
    expect(asked).toEqual([]);
  });

  it("does not keep an answer that was under way when the revocation came", async () => {
    const { key, verified } = addKey();
    beforeAnswer = async () => {
      known.delete(credentialSha256(key));
      bus.announce(nudges.credentialsChanged, verified.credential_id);
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await verify(key);
    beforeAnswer = () => undefined;
    expect(await verify(key)).toBeNull();
  });

  it("goes on with a known key for 5 minutes while auth-service is away, and says so afterwards", async () => {
    const { key, verified } = addKey();
    await verify(key);
    await responder.close();
    now += 299_999;
    expect(await verify(key)).toEqual(verified);
    now += 1;
    await expect(verify(key)).rejects.toThrow(DependencyUnavailable);
    await expect(verify(addKey().key)).rejects.toThrow(DependencyUnavailable);
  });

  it("asks again about a key that expires while it is cached, and refuses it from that moment on", async () => {
    const { key, verified } = addKey({ expires_at: new Date(now + 10_000).toISOString() });
    await verify(key);
    now += 9_999;
    expect(await verify(key)).toEqual(verified);
    expect(asked).toHaveLength(1);
    known.delete(credentialSha256(key));
    now += 1;
    expect(await verify(key)).toBeNull();
  });

  it("refuses a key that has expired while auth-service is away", async () => {
    const { key, verified } = addKey({ expires_at: new Date(now + 60_000).toISOString() });
    await verify(key);
    await responder.close();
    now += 59_999;
    expect(await verify(key)).toEqual(verified);
    now += 1;
    expect(await verify(key)).toBeNull();
  });

  it("stops using a key whose revocation it hears of in an answer, even when auth-service goes away after it", async () => {
    const { key } = addKey();
    await verify(key);
    known.clear();
    now += 30_000;
    expect(await verify(key)).toBeNull();
    await responder.close();
    await expect(verify(key)).rejects.toThrow(DependencyUnavailable);
  });
});

describe("what never leaves the process", () => {
  const flip = (text: string) => text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");

  it.each([
    ["a token with a wrong checksum", { credential: flip(createCredential("pat")) }],
    ["a key with a wrong checksum", { credential: flip(createCredential("live")) }],
    ["a key renamed to a token", { credential: createCredential("dev").replace("_dev_", "_pat_") }],
    ["a short text", { credential: "rt_pat_x" }],
    ["nothing", { credential: "" }],
    ["a JWT", { credential: "a.b.c" }],
    ["an id that is none", { api_key_id: "' OR 1=1 --" }],
    ["an id in capitals", { api_key_id: randomUUID().toUpperCase() }],
  ])("is %s: the bus is not asked", async (_name, question) => {
    let requests = 0;
    const counting: EventBus = {
      ...bus,
      request: (...sent) => {
        requests += 1;
        return bus.request(...sent);
      },
    };
    const counted = await createCredentialVerifier({ bus: counting });
    expect(await counted.verify(question)).toBeNull();
    expect(requests).toBe(0);
    await counted.verify({ credential: createCredential("pat") });
    expect(requests).toBe(1);
    await counted.close();
  });
});

describe("a personal access token", () => {
  it("is asked about once in 30 s, like a key", async () => {
    const { token, verified } = addToken();
    for (let use = 0; use < 5; use += 1) expect(await verify(token)).toEqual(verified);
    expect(asked).toEqual([credentialSha256(token)]);
    now += 30_000;
    await verify(token);
    expect(asked).toHaveLength(2);
  });

  it("goes on for 5 minutes while auth-service is away, and never beyond its expiry", async () => {
    const { token, verified } = addToken({ expires_at: new Date(now + 60_000).toISOString() });
    const long = addToken();
    await verify(token);
    await verify(long.token);
    await responder.close();
    now += 59_999;
    expect(await verify(token)).toEqual(verified);
    now += 1;
    expect(await verify(token)).toBeNull();
    now += 239_999;
    expect(await verify(long.token)).toEqual(long.verified);
    now += 1;
    await expect(verify(long.token)).rejects.toThrow(DependencyUnavailable);
  });

  it.each([
    ["itself", ({ credential_id }: VerifiedToken) => credential_id],
    ["its account", ({ account_id }: VerifiedToken) => account_id],
    ["a customer of its owner", ({ memberships }: VerifiedToken) => memberships[0]?.customer_id],
    ["a live workspace of its owner", ({ memberships }: VerifiedToken) => memberships[0]?.live],
    ["a dev workspace of its owner", ({ memberships }: VerifiedToken) => memberships[0]?.dev],
  ])("is forgotten when %s has changed, and others are kept", async (_name, idOf) => {
    const [changed, other] = [addToken(), addToken()];
    await verify(changed.token);
    await verify(other.token);
    asked = [];
    bus.announce(nudges.credentialsChanged, idOf(changed.verified) ?? "");
    await vi.waitFor(async () => {
      await verify(changed.token);
      expect(asked).toEqual([credentialSha256(changed.token)]);
    });
    await verify(other.token);
    expect(asked).toEqual([credentialSha256(changed.token)]);
  });
});

describe("a key", () => {
  it.each(["workspace_id", "customer_id"] as const)("is forgotten when its %s has changed", async (member) => {
    const { key, verified } = addKey();
    await verify(key);
    known.delete(credentialSha256(key));
    bus.announce(nudges.credentialsChanged, verified[member]);
    await vi.waitFor(async () => expect(await verify(key)).toBeNull());
  });
});

describe("the key behind an action token", () => {
  it("is asked about by its id, kept apart from the key itself, and forgotten with it", async () => {
    const { key, verified } = addKey();
    const question = { api_key_id: verified.credential_id };
    known.set(verified.credential_id, verified);
    await verify(key);
    expect(await verifier.verify(question)).toEqual(verified);
    await verifier.verify(question);
    expect(asked).toEqual([credentialSha256(key), verified.credential_id]);
    known.clear();
    bus.announce(nudges.credentialsChanged, verified.credential_id);
    await vi.waitFor(async () => expect(await verifier.verify(question)).toBeNull());
  });
});

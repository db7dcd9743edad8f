import { randomUUID } from "node:crypto";
import { verifyCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApiKey } from "./api-key-format.ts";
import type { CredentialQuestion, Verified } from "./authenticator.ts";
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
  const question = JSON.parse(body) as CredentialQuestion; // what the verifier has just sent
  const name = "credential" in question ? question.credential : question.api_key_id;
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
  known.set(key, verified);
  return { key, verified };
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
    known.set(key, verified);
    expect(await verify(key)).toEqual(verified);
  });

  it("forgets a key at once when its revocation is announced, and keeps the others", async () => {
    const [revoked, other] = [addKey(), addKey()];
    await verify(revoked.key);
    await verify(other.key);
    known.delete(revoked.key);
    bus.announce(nudges.credentialsChanged, revoked.verified.credential_id);
    await vi.waitFor(async () => expect(await verify(revoked.key)).toBeNull());
    asked = [];
    expect(await verify(other.key)).toEqual(other.verified);
    expect(asked).toEqual([]);
  });

  it("does not keep an answer that was under way when the revocation came", async () => {
    const { key, verified } = addKey();
    beforeAnswer = async () => {
      known.delete(key);
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
    known.delete(key);
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

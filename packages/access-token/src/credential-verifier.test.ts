import { randomUUID } from "node:crypto";
import { verifyCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createApiKey } from "./api-key-format.ts";
import { type CredentialVerifier, createCredentialVerifier, type Verified } from "./credential-verifier.ts";

let bus: EventBus;
let verifier: CredentialVerifier;
let responder: Subscription;
let now = 0;
type VerifiedKey = Extract<Verified, { kind: "api_key" }>;
let asked: string[] = [];
const known = new Map<string, Verified>();
let beforeAnswer: () => Promise<void> | void;

const answer = async (body: string) => {
  const { credential } = JSON.parse(body) as { credential: string }; // what the verifier has just sent
  asked.push(credential);
  const verified = known.get(credential) ?? null;
  await beforeAnswer();
  return JSON.stringify({ verified });
};

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
    expect(await Promise.all(Array.from({ length: 10 }, () => verifier.verify(key)))).toEqual(Array(10).fill(verified));
    now += 29_999;
    await verifier.verify(key);
    expect(asked).toHaveLength(1);
    now += 1;
    await verifier.verify(key);
    expect(asked).toHaveLength(2);
  });

  it("refuses a key with a wrong checksum without asking anybody", async () => {
    const { key } = addKey();
    expect(await verifier.verify(`${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`)).toBeNull();
    expect(await verifier.verify("")).toBeNull();
    expect(asked).toEqual([]);
  });

  it("does not remember that a key is unknown, so that a new key works at once", async () => {
    const { key, verified } = addKey();
    known.clear();
    expect(await verifier.verify(key)).toBeNull();
    known.set(key, verified);
    expect(await verifier.verify(key)).toEqual(verified);
  });

  it("forgets a key at once when its revocation is announced, and keeps the others", async () => {
    const [revoked, other] = [addKey(), addKey()];
    await verifier.verify(revoked.key);
    await verifier.verify(other.key);
    known.delete(revoked.key);
    bus.announce(nudges.credentialsChanged, revoked.verified.credential_id);
    await vi.waitFor(async () => expect(await verifier.verify(revoked.key)).toBeNull());
    asked = [];
    expect(await verifier.verify(other.key)).toEqual(other.verified);
    expect(asked).toEqual([]);
  });

  it("does not keep an answer that was under way when the revocation came", async () => {
    const { key, verified } = addKey();
    beforeAnswer = async () => {
      known.delete(key);
      bus.announce(nudges.credentialsChanged, verified.credential_id);
      await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await verifier.verify(key);
    beforeAnswer = () => undefined;
    expect(await verifier.verify(key)).toBeNull();
  });

  it("goes on with a known key for 5 minutes while auth-service is away, and says so afterwards", async () => {
    const { key, verified } = addKey();
    await verifier.verify(key);
    await responder.close();
    now += 299_999;
    expect(await verifier.verify(key)).toEqual(verified);
    now += 1;
    await expect(verifier.verify(key)).rejects.toThrow(DependencyUnavailable);
    await expect(verifier.verify(addKey().key)).rejects.toThrow(DependencyUnavailable);
  });

  it("asks again about a key that expires while it is cached, and refuses it from that moment on", async () => {
    const { key, verified } = addKey({ expires_at: new Date(now + 10_000).toISOString() });
    await verifier.verify(key);
    now += 9_999;
    expect(await verifier.verify(key)).toEqual(verified);
    expect(asked).toHaveLength(1);
    known.delete(key);
    now += 1;
    expect(await verifier.verify(key)).toBeNull();
  });

  it("refuses a key that has expired while auth-service is away", async () => {
    const { key, verified } = addKey({ expires_at: new Date(now + 60_000).toISOString() });
    await verifier.verify(key);
    await responder.close();
    now += 59_999;
    expect(await verifier.verify(key)).toEqual(verified);
    now += 1;
    expect(await verifier.verify(key)).toBeNull();
  });

  it("stops using a key whose revocation it hears of in an answer, even when auth-service goes away after it", async () => {
    const { key } = addKey();
    await verifier.verify(key);
    known.clear();
    now += 30_000;
    expect(await verifier.verify(key)).toBeNull();
    await responder.close();
    await expect(verifier.verify(key)).rejects.toThrow(DependencyUnavailable);
  });
});

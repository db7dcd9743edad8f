import { createHash } from "node:crypto";
import { type VerifiedCredential, verifyCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { rpcTimeoutMs } from "@roundtrip/contracts/rpc";
import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { Static } from "typebox";
import { Compile } from "typebox/compile";
import { isApiKey } from "./api-key-format.ts";

export type Verified = Static<typeof VerifiedCredential>;

export interface CredentialVerifier {
  /** Null for a malformed, unknown, expired or revoked key. Throws `DependencyUnavailable` when nobody can tell. */
  verify(credential: string): Promise<Verified | null>;
  close(): Promise<void>;
}

export interface CredentialVerifierOptions {
  readonly bus: EventBus;
  readonly clock?: () => Date;
}

/** A revoked key whose nudge got lost lives this long at most. An expired one is never answered from the cache. */
const freshMs = 30_000;
/** While auth-service is away a known key goes on working for this long. */
const usableMs = 300_000;
const entriesMax = 10_000;

interface Entry {
  readonly verified: Verified;
  readonly at: number;
}

const reply = Compile(verifyCredential.reply);

/**
 * Verifies API keys over the bus. Positive answers are cached under the SHA-256 of the key, never under the key itself;
 * negative ones are not, so that a new key works at once.
 */
export const createCredentialVerifier = async (options: CredentialVerifierOptions): Promise<CredentialVerifier> => {
  const now = () => (options.clock?.() ?? new Date()).getTime();
  const entries = new Map<string, Entry>();
  const asking = new Map<string, Promise<Verified | null>>();
  let revocations = 0;

  const subscription = await options.bus.listen(nudges.credentialsChanged, (credentialId) => {
    revocations += 1;
    // Whoever asks from here on must not share an answer that may be older than the revocation.
    asking.clear();
    for (const [digest, entry] of entries) if (entry.verified.credential_id === credentialId) entries.delete(digest);
  });

  const ask = async (credential: string, digest: string): Promise<Verified | null> => {
    const revocationsBefore = revocations;
    const verified = await request(options.bus, credential);
    entries.delete(digest);
    if (verified && revocations === revocationsBefore) {
      entries.set(digest, { verified, at: now() });
      const [oldest] = entries.keys();
      if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
    }
    return verified;
  };
  const askOnce = (credential: string, digest: string): Promise<Verified | null> => {
    const running = asking.get(digest);
    if (running) return running;
    const question = ask(credential, digest).finally(() => {
      if (asking.get(digest) === question) asking.delete(digest);
    });
    asking.set(digest, question);
    return question;
  };

  const answerWhileAway = (digest: string, error: unknown): Verified | null => {
    if (!(error instanceof DependencyUnavailable)) throw error;
    const known = entries.get(digest);
    if (known && hasExpired(known.verified, now())) return null;
    if (known && now() - known.at < usableMs) return known.verified;
    throw new DependencyUnavailable("auth-service", { cause: error });
  };

  return {
    verify: async (credential) => {
      if (!isApiKey(credential)) return null;
      const digest = createHash("sha256").update(credential).digest("base64url");
      const entry = entries.get(digest);
      if (entry && now() - entry.at < freshMs && !hasExpired(entry.verified, now())) return entry.verified;
      return askOnce(credential, digest).catch((error: unknown) => answerWhileAway(digest, error));
    },
    close: () => subscription.close(),
  };
};

const hasExpired = (verified: Verified, now: number): boolean =>
  verified.expires_at !== null && Date.parse(verified.expires_at) <= now;

const request = async (bus: EventBus, credential: string): Promise<Verified | null> => {
  const body = await bus.request(verifyCredential.subject, JSON.stringify({ credential }), rpcTimeoutMs);
  const answer: unknown = JSON.parse(body);
  if (!reply.Check(answer)) throw new Error(`${verifyCredential.subject} answered something else than a credential`);
  return answer.verified;
};

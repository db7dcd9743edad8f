import { verifyCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { type RpcRequest, rpcTimeoutMs } from "@roundtrip/contracts/rpc";
import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { Compile } from "typebox/compile";
import type { CredentialQuestion, Verified } from "./authenticator.ts";
import { credentialSha256, credentialWord } from "./credential-format.ts";

export interface CredentialVerifier {
  /** Null for what is malformed, unknown, expired or revoked. Throws `DependencyUnavailable` when nobody can tell. */
  verify(question: CredentialQuestion): Promise<Verified | null>;
  close(): Promise<void>;
}

export interface CredentialVerifierOptions {
  readonly bus: EventBus;
  readonly clock?: () => Date;
}

/** A revoked credential whose nudge got lost lives this long at most. An expired one is never answered from the cache. */
const freshMs = 30_000;
/** While auth-service is away a known credential goes on working for this long. */
const usableMs = 300_000;
const entriesMax = 10_000;

interface Entry {
  readonly verified: Verified;
  readonly at: number;
}

const reply = Compile(verifyCredential.reply);

/**
 * Verifies API keys and personal access tokens over the bus, and the keys behind action tokens by their id. Positive answers
 * are cached under the SHA-256 of the credential, never under itself; negative ones are not, so that a new one works at once.
 */
export const createCredentialVerifier = async (options: CredentialVerifierOptions): Promise<CredentialVerifier> => {
  const now = () => (options.clock?.() ?? new Date()).getTime();
  const entries = new Map<string, Entry>();
  const asking = new Map<string, Promise<Verified | null>>();
  let changes = 0;

  const subscription = await options.bus.listen(nudges.credentialsChanged, (changedId) => {
    changes += 1;
    // Whoever asks from here on must not share an answer that may be older than the change.
    asking.clear();
    for (const [name, entry] of entries) if (concerns(entry.verified, changedId)) entries.delete(name);
  });

  const ask = async (question: CredentialQuestion, name: string): Promise<Verified | null> => {
    const changesBefore = changes;
    const verified = await request(options.bus, question);
    entries.delete(name);
    if (verified && changes === changesBefore) {
      entries.set(name, { verified, at: now() });
      const [oldest] = entries.keys();
      if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
    }
    return verified;
  };
  const askOnce = (question: CredentialQuestion, name: string): Promise<Verified | null> => {
    const running = asking.get(name);
    if (running) return running;
    const asked = ask(question, name).finally(() => {
      if (asking.get(name) === asked) asking.delete(name);
    });
    asking.set(name, asked);
    return asked;
  };

  const answerWhileAway = (name: string, error: unknown): Verified | null => {
    if (!(error instanceof DependencyUnavailable)) throw error;
    const known = entries.get(name);
    if (known && hasExpired(known.verified, now())) return null;
    if (known && now() - known.at < usableMs) return known.verified;
    throw new DependencyUnavailable("auth-service", { cause: error });
  };

  return {
    verify: async (question) => {
      const name = nameOf(question);
      if (name === null) return null;
      const entry = entries.get(name);
      if (entry && now() - entry.at < freshMs && !hasExpired(entry.verified, now())) return entry.verified;
      return askOnce(question, name).catch((error: unknown) => answerWhileAway(name, error));
    },
    close: () => subscription.close(),
  };
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Null for what cannot be a credential: nobody is asked about it, and nothing is kept. */
const nameOf = (question: CredentialQuestion): string | null => {
  if ("api_key_id" in question) return uuid.test(question.api_key_id) ? question.api_key_id : null;
  if (credentialWord(question.credential) === null) return null;
  return credentialSha256(question.credential);
};

/** Whether a change of this credential, workspace, customer or account may have changed what the answer says. */
const concerns = (verified: Verified, changedId: string): boolean => {
  if (verified.credential_id === changedId) return true;
  if (verified.kind === "api_key") return verified.workspace_id === changedId || verified.customer_id === changedId;
  if (verified.account_id === changedId) return true;
  return verified.memberships.some(({ customer_id, live, dev }) => [customer_id, live, dev].includes(changedId));
};

const hasExpired = (verified: Verified, now: number): boolean =>
  verified.expires_at !== null && Date.parse(verified.expires_at) <= now;

const byHash = (credential: string): RpcRequest<typeof verifyCredential> => ({
  kind: credentialWord(credential) === "pat" ? "personal_access_token" : "api_key",
  credential_sha256: credentialSha256(credential),
});

const request = async (bus: EventBus, question: CredentialQuestion): Promise<Verified | null> => {
  const body = JSON.stringify("credential" in question ? byHash(question.credential) : question);
  const answer: unknown = JSON.parse(await bus.request(verifyCredential.subject, body, rpcTimeoutMs));
  if (!reply.Check(answer)) throw new Error(`${verifyCredential.subject} answered something else than a credential`);
  return answer.verified;
};

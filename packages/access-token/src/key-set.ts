import { createPublicKey } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { publicKeys } from "@roundtrip/contracts/auth/public-keys.rpc";
import { rpcTimeoutMs } from "@roundtrip/contracts/rpc";
import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { JWK } from "jose";
import { Compile } from "typebox/compile";
import type { KeySet } from "./authenticator.ts";

/** The least of a logger that the key set needs. */
export interface KeySetLog {
  warn(fields: object, message: string): void;
}

export interface KeySetOptions {
  readonly load: () => Promise<readonly JWK[]>;
  readonly log: KeySetLog;
  readonly clock?: () => Date;
}

/** Strangers can make up `kid`s as fast as they can send; they cause at most one load in this time. */
const unknownKidReloadMs = 5_000;
/** When the nudge was lost, a key that is gone leaves within this time: the load goes on in the background. */
const maxAgeMs = 60_000;
/** A set that nobody has looked at for so long is not trusted before it has been loaded again. */
const idleMaxMs = 600_000;
/** A reload that fails is tried again after these waits: the one who answers may just be changing over. */
const reloadWaitsMs = [200, 400];

interface KnownKey {
  readonly jwk: JWK;
  readonly pem: string;
}

/**
 * Loaded on first use and kept. The last good set stays while the loader fails: verifiers go on when auth-service is away.
 * Before the first good load every look-up throws `DependencyUnavailable`, because nobody's token can be judged yet.
 *
 * `reload` is for nudges and knows no limit. The limit for unknown `kid`s cannot stand in its way, nor in that of the look-ups
 * that come while it runs: they wait for it.
 */
export const createKeySet = (options: KeySetOptions): KeySet => {
  const now = () => (options.clock?.() ?? new Date()).getTime();
  let known: ReadonlyMap<string, KnownKey> | null = null;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<boolean> | null = null;

  const load = async (): Promise<boolean> => {
    attemptedAt = now();
    try {
      known = parseKeys(await options.load(), options.log);
      return true;
    } catch (error) {
      options.log.warn({ err: error }, "the signing keys cannot be loaded; the last good ones stay in use");
      return false;
    }
  };
  const loadOnce = (): Promise<boolean> => {
    loading ??= load().finally(() => {
      loading = null;
    });
    return loading;
  };
  const find = async (kid: string): Promise<KnownKey | null> => {
    const ageMs = now() - attemptedAt;
    const isUnknown = !known?.has(kid);
    if (!known || ageMs >= idleMaxMs) await loadOnce();
    else if (isUnknown && (loading || ageMs >= unknownKidReloadMs)) await loadOnce();
    else if (ageMs >= maxAgeMs) void loadOnce();
    if (!known) throw new DependencyUnavailable("auth-service");
    return known.get(kid) ?? null;
  };
  return {
    findPem: async (kid) => (await find(kid))?.pem ?? null,
    findJwk: async (kid) => (await find(kid))?.jwk ?? null,
    reload: async () => {
      // A load under way may have read the set before the change that this call is about.
      if (loading) await loading;
      for (const waitMs of reloadWaitsMs) {
        if (await loadOnce()) return;
        await sleep(waitMs, undefined, { ref: false });
      }
      await loadOnce();
    },
  };
};

/** Keys that are not ES256 are not ours to use; one bad key does not take the others with it. */
const parseKeys = (jwks: readonly JWK[], log: KeySetLog): ReadonlyMap<string, KnownKey> => {
  const keys = new Map<string, KnownKey>();
  for (const jwk of jwks) {
    if (jwk.kid === undefined || jwk.kty !== "EC" || jwk.crv !== "P-256") continue;
    try {
      const pem = createPublicKey({ key: { ...jwk }, format: "jwk" }).export({ type: "spki", format: "pem" });
      keys.set(jwk.kid, { jwk, pem: pem.toString() });
    } catch (error) {
      log.warn({ err: error, kid: jwk.kid }, "a public key cannot be read");
    }
  }
  return keys;
};

export interface BusKeySet extends KeySet {
  close(): Promise<void>;
}

const publicKeysReply = Compile(publicKeys.reply);

/**
 * The key set of a service that is not auth-service: asked for over the bus at once, so that it is there when auth-service
 * is not, and asked again on the nudge.
 */
export const openBusKeySet = async (bus: EventBus, log: KeySetLog): Promise<BusKeySet> => {
  const keySet = createKeySet({
    log,
    load: async () => {
      const reply: unknown = JSON.parse(await bus.request(publicKeys.subject, "{}", rpcTimeoutMs));
      if (!publicKeysReply.Check(reply)) throw new Error(`${publicKeys.subject} answered something else than keys`);
      return reply.keys;
    },
  });
  const subscription = await bus.listen(nudges.keysChanged, () => void keySet.reload());
  // Never rejects: whoever needs a key before it is there asks again.
  void keySet.reload();
  return { ...keySet, close: () => subscription.close() };
};

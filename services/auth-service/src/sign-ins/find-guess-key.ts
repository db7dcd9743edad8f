import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { throttleKey, throttleKeyWithin } from "../throttling/throttle-guesses.ts";
import { addressPrefix } from "./address-prefix.rules.ts";
import { findKnownDevice } from "./known-device.ts";
import type { SignInSource } from "./open-sign-in.ts";
import { hasSignedInFrom } from "./sign-in.store.ts";

export interface GuessKeyDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/** Whose password is guessed at. */
export interface Guessed {
  readonly kind: "account" | "respondent";
  /** What was typed, as it is compared: known and unknown names are counted alike. */
  readonly identifier: string;
  /** Null for a name that nobody has. */
  readonly subjectId: string | null;
}

/** Whoever was here once in the last 90 days is no stranger. */
const knownNetworkMs = 90 * 86_400_000;
const nobodyId = "00000000-0000-0000-0000-000000000000";

/**
 * The budget that a guess is counted against. Strangers share one per name. A device and a network from which the subject
 * has signed in have their own, so that whoever uses the strangers' up does not lock the owner out.
 *
 * Who shares a network with the owner of a name can learn from this that the name exists, at the price of five failures
 * from there and one from elsewhere, all of them in the audit log.
 */
export const findGuessKey = async (deps: GuessKeyDeps, guessed: Guessed, source: SignInSource): Promise<string> => {
  const { keyring } = deps;
  const key = throttleKey(keyring, guessed.kind, guessed.identifier);
  const prefix = addressPrefix(source.address);
  const device = findKnownDevice(keyring, source.deviceCookie, guessed.subjectId ?? nobodyId);
  // Asked for names that nobody has as well: both cost a statement.
  const isKnownNetwork = await hasSignedInFrom(deps.db, guessed.kind, {
    subjectId: guessed.subjectId ?? nobodyId,
    ipPrefix: prefix ?? "",
    since: new Date(deps.clock().getTime() - knownNetworkMs),
  });
  if (device !== null) return throttleKeyWithin(keyring, key, `device:${device}`);
  return isKnownNetwork && prefix !== null ? throttleKeyWithin(keyring, key, `network:${prefix}`) : key;
};

import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { claimFailure, findBlock } from "./throttle.store.ts";
import { noteSuccess, retrySeconds, throttled, throttleKey } from "./throttle-guesses.ts";

export interface GuardedGuessDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

export interface GuardedGuess {
  /** What is guessed at, for example `account:<id>:otp`. */
  readonly key: string;
  readonly guess: () => Promise<boolean>;
}

/**
 * A guess at something short: six digits, a current password. It is counted as a failure before it is tried, so that a
 * thousand parallel guesses are five and not a thousand; a right one takes back all that was counted. Throws
 * `rate_limited` while nothing may be tried.
 */
export const guardedGuess = async (deps: GuardedGuessDeps, { key, guess }: GuardedGuess): Promise<boolean> => {
  const now = deps.clock();
  const digest = throttleKey(deps.keyring, "guess", key);
  if (!(await claimFailure(deps.db, digest, now))) {
    throw throttled(retrySeconds((await findBlock(deps.db, digest)) ?? now, now));
  }
  const isRight = await guess();
  if (isRight) await noteSuccess(deps.db, digest);
  return isRight;
};

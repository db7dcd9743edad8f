import type { Sql } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { limitHeaders } from "./limit.rules.ts";
import { addFailure, clearThrottle, clearThrottles, enterThrottle, leaveThrottle } from "./throttle.store.ts";

/**
 * The throttle of one secret that can be guessed: failures in a row, counted in the database, so that replicas share them
 * and a crash forgets nothing. It is a delay and no lock (NIST SP 800-63B-4 section 3.2.2, `throttle.rules.ts`).
 *
 *   free      fewer than 5 failures: every try counts, none waits
 *   delayed   5 and more: no try until `blocked_until`; what is tried meanwhile is refused, right or wrong, and not counted
 *   ready     the delay is over: one try goes through and starts the next delay before its outcome is known
 *   closed    100 and more: one try a day, until the password is set anew
 *
 * A right secret ends it from any state.
 */

/** The key of what may be guessed. `identifier` may hold a name: only the HMAC is stored, and it tells nothing apart. */
export const throttleKey = (keyring: Keyring, kind: string, identifier: string): string =>
  keyring.digest(`throttle:${kind}:${identifier}`);

/** The budget of one device or network of the same key. */
export const throttleKeyWithin = (keyring: Keyring, key: string, scope: string): string =>
  `${key}:${keyring.digest(`throttle-scope:${scope}`).slice(0, 32)}`;

/** Null when a try may be made now, else for how many seconds none may. Whoever is let in must note the outcome. */
export const refuseThrottled = async (sql: Sql, key: string, now: Date): Promise<number | null> => {
  const until = await enterThrottle(sql, key, now);
  return until && retrySeconds(until, now);
};

export const retrySeconds = (until: Date, now: Date): number =>
  Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));

export const noteFailure = (sql: Sql, key: string, now: Date): Promise<void> => addFailure(sql, key, now);

export const noteSuccess = (sql: Sql, key: string): Promise<void> => clearThrottle(sql, key);

/** The try was neither right nor wrong, for example because a code is still missing. */
export const noteNothing = (sql: Sql, key: string): Promise<void> => leaveThrottle(sql, key);

/** After the password has been set anew: everything that was counted against the account or respondent. */
export const forgetFailures = (sql: Sql, key: string): Promise<void> => clearThrottles(sql, key);

/** The policy of the moment is one try per delay, and the headers say so. */
export const throttled = (retryAfterSeconds: number): Problem =>
  new Problem("rate_limited", {
    retryAfterSeconds,
    headers: limitHeaders(
      { name: "throttle", limit: 1, windowSeconds: retryAfterSeconds },
      { remaining: 0, resetSeconds: retryAfterSeconds },
    ),
  });

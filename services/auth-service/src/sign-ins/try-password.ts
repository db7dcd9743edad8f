import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import type { KeyedTurns } from "../throttling/keyed-turns.ts";
import type { LimitDeps } from "../throttling/limit-requests.ts";
import { noteFailure, noteNothing, noteSuccess, refuseThrottled, throttled } from "../throttling/throttle-guesses.ts";
import { findGuessKey, type Guessed } from "./find-guess-key.ts";
import type { SignInSource } from "./open-sign-in.ts";
import { recordFailedSignIn, recordThrottledSignIn, type SignInTarget } from "./record-sign-in-outcome.ts";

export interface TryPasswordDeps extends LimitDeps {
  readonly db: Database;
  readonly hasher: PasswordHasher;
  readonly guessTurns: KeyedTurns;
}

export interface PasswordTry {
  readonly guessed: Guessed;
  readonly target: SignInTarget;
  readonly password: string;
  /** Takes as long for every refusal. */
  readonly check: () => Promise<boolean>;
  /** Why it is refused when it is, for the log. */
  readonly reason: string;
  /** After a right password: what else is asked for. Null when nothing is missing or wrong. */
  readonly refuseFurther?: () => Promise<"otp_required" | "otp_invalid" | null>;
}

/**
 * One try at a password, counted against its throttle; comes back when everything is right. Throws `rate_limited` while
 * nothing may be tried - after a decoy and whatever the password is, so that it tells nothing - else `sign_in_failed`,
 * `otp_required` or `otp_invalid`.
 */
export const tryPassword = async (deps: TryPasswordDeps, wanted: PasswordTry, source: SignInSource): Promise<void> => {
  const key = await findGuessKey(deps, wanted.guessed, source);
  const retryAfterSeconds = await deps.guessTurns(key, () => takeTurn(deps, wanted, { key, source }));
  if (retryAfterSeconds === null) return;
  await deps.hasher.verify(null, wanted.password);
  await recordThrottledSignIn(deps, { method: "password", target: wanted.target, key, retryAfterSeconds }, source);
  throw throttled(retryAfterSeconds);
};

interface Turn {
  readonly key: string;
  readonly source: SignInSource;
}

/** Null when all is right, else for how long nothing may be tried. */
const takeTurn = async (deps: TryPasswordDeps, wanted: PasswordTry, turn: Turn): Promise<number | null> => {
  const refusal = await refuseThrottled(deps.db, turn.key, deps.clock());
  if (refusal !== null) return refusal;
  if (!(await wanted.check())) return failTurn(deps, wanted, { ...turn, code: "sign_in_failed" });
  const further = (await wanted.refuseFurther?.()) ?? null;
  if (further === "otp_invalid") return failTurn(deps, wanted, { ...turn, code: further });
  if (further === "otp_required") {
    await noteNothing(deps.db, turn.key);
    throw new Problem(further);
  }
  await noteSuccess(deps.db, turn.key);
  return null;
};

const failTurn = async (
  deps: TryPasswordDeps,
  wanted: PasswordTry,
  failure: Turn & { readonly code: "sign_in_failed" | "otp_invalid" },
): Promise<never> => {
  const now = deps.clock();
  const reason = failure.code === "otp_invalid" ? failure.code : wanted.reason;
  await deps.db.transaction(async (tx) => {
    await noteFailure(tx, failure.key, now);
    const failed = { method: "password", target: wanted.target, reason } as const;
    await recordFailedSignIn(tx, failed, { source: failure.source, now });
  });
  throw new Problem(failure.code, { cause: reason });
};

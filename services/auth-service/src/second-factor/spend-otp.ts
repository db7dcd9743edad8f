import type { Database, Tx } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { type GuardedGuessDeps, guardedGuess } from "../throttling/guarded-guess.ts";
import { type CheckOtpDeps, checkOtp, type OtpGuess } from "./check-otp.ts";
import { isSignedIn, type OwnSignIn } from "./second-factor.store.ts";

export interface SpendOtpDeps extends GuardedGuessDeps, CheckOtpDeps {
  readonly db: Database;
}

/** A guess of somebody who is signed in. */
export type OwnOtp = OtpGuess & OwnSignIn;

/** One budget of guesses for an account, whatever the code is asked for. */
export const otpThrottleKey = (accountId: string): string => `account:${accountId}:otp`;

/**
 * Spends a code of somebody who is signed in and does `change` in the same transaction: when the change does not happen the
 * code is still good. Throws `code_refused`, `rate_limited`, or `unauthorized` for a sign-in that was ended.
 */
export const spendOtp = async <T>(deps: SpendOtpDeps, otp: OwnOtp, change: (tx: Tx) => Promise<T>): Promise<T> => {
  let done: { readonly result: T } | null = null;
  await guardedGuess(deps, {
    key: otpThrottleKey(otp.accountId),
    guess: async () => {
      done = await deps.db.transaction(async (tx) => {
        if (!(await isSignedIn(tx, otp))) throw new Problem("unauthorized");
        return (await checkOtp(deps, tx, otp)) ? { result: await change(tx) } : null;
      });
      return done !== null;
    },
  });
  return resultOf(done);
};

const resultOf = <T>(done: { readonly result: T } | null): T => {
  if (!done) throw new Problem("code_refused");
  return done.result;
};

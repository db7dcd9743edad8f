import type { Database, Tx } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { type GuardedGuessDeps, guardedGuess } from "../throttling/guarded-guess.ts";
import { type CheckOtpDeps, checkOtp, type OtpGuess } from "./check-otp.ts";

export interface SpendOtpDeps extends GuardedGuessDeps, CheckOtpDeps {
  readonly db: Database;
}

/** One budget of guesses for an account, whatever the code is asked for. */
export const otpThrottleKey = (accountId: string): string => `account:${accountId}:otp`;

/**
 * Spends a code of somebody who is signed in and does `change` in the same transaction: when the change does not happen the
 * code is still good. Throws `code_refused` or `rate_limited`.
 */
export const spendOtp = async <T>(deps: SpendOtpDeps, otp: OtpGuess, change: (tx: Tx) => Promise<T>): Promise<T> => {
  let done: { readonly result: T } | null = null;
  await guardedGuess(deps, {
    key: otpThrottleKey(otp.accountId),
    guess: async () => {
      done = await deps.db.transaction(async (tx) =>
        (await checkOtp(deps, tx, otp)) ? { result: await change(tx) } : null,
      );
      return done !== null;
    },
  });
  return resultOf(done);
};

const resultOf = <T>(done: { readonly result: T } | null): T => {
  if (!done) throw new Problem("code_refused");
  return done.result;
};

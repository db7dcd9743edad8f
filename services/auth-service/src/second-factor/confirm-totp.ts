import type { Tx } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import { guardedGuess } from "../throttling/guarded-guess.ts";
import { totpPlace } from "./check-otp.ts";
import { createRecoveryCodes } from "./create-recovery-codes.ts";
import { matchingStep } from "./match-totp.ts";
import { readOtp } from "./otp.rules.ts";
import {
  confirmTotpSeed,
  findSecondFactor,
  isSignedIn,
  lockSecondFactor,
  type SecondFactorRow,
} from "./second-factor.store.ts";
import { type OwnOtp, otpThrottleKey, type SpendOtpDeps } from "./spend-otp.ts";

/**
 * Turns the second factor on with a code of the waiting seed, which is thereby spent. Answers the recovery codes, this once.
 * Sign-ins that are open stay so; `otp_required` counts from the next one on. Throws `totp_not_started`, `totp_already_on`,
 * `code_refused` or `rate_limited`.
 */
export const confirmTotp = async (deps: SpendOtpDeps, guess: OwnOtp): Promise<readonly string[]> => {
  // Asked before the guess is counted: without a waiting seed nothing is guessed at.
  waitingBox(await findSecondFactor(deps.db, guess.accountId));
  const codes: string[] = [];
  const isRight = await guardedGuess(deps, {
    key: otpThrottleKey(guess.accountId),
    guess: async () => {
      codes.push(...(await deps.db.transaction((tx) => confirm(deps, tx, guess))));
      return codes.length > 0;
    },
  });
  if (!isRight) throw new Problem("code_refused");
  return codes;
};

/** No codes when the guess is wrong. */
const confirm = async (deps: SpendOtpDeps, tx: Tx, guess: OwnOtp): Promise<readonly string[]> => {
  const { accountId, otp, source } = guess;
  const box = waitingBox(await lockSecondFactor(tx, accountId));
  if (!(await isSignedIn(tx, guess))) throw new Problem("unauthorized");
  const now = deps.clock();
  const given = readOtp(otp);
  if (given?.kind !== "totp") return [];
  const step = matchingStep(deps.keyring.open(box, totpPlace(accountId)), given.code, now);
  if (step === null || !(await confirmTotpSeed(tx, { accountId, box, step, now }))) return [];
  await recordAccountAudit(tx, { accountId, action: "second_factor.confirmed", source }, now);
  return createRecoveryCodes(deps, tx, accountId);
};

const waitingBox = (factor: SecondFactorRow | null): string => {
  if (!factor) throw new Problem("unauthorized");
  if (factor.totp_confirmed_at) throw new Problem("totp_already_on");
  if (!factor.totp_box) throw new Problem("totp_not_started");
  return factor.totp_box;
};

import { recordAccountAudit } from "../audit/record-account-audit.ts";
import { createRecoveryCodes } from "./create-recovery-codes.ts";
import { requireSecondFactor } from "./require-second-factor.ts";
import { type OwnOtp, type SpendOtpDeps, spendOtp } from "./spend-otp.ts";

/** Ten new recovery codes; all old ones stop working. Throws `totp_not_on`, `code_refused` or `rate_limited`. */
export const replaceRecoveryCodes = async (deps: SpendOtpDeps, guess: OwnOtp): Promise<readonly string[]> => {
  const { accountId, source } = guess;
  await requireSecondFactor(deps.db, accountId);
  return spendOtp(deps, guess, async (tx) => {
    await recordAccountAudit(tx, { accountId, action: "recovery_codes.replaced", source }, deps.clock());
    return createRecoveryCodes(deps, tx, accountId);
  });
};

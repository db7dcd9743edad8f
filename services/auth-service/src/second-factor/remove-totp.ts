import { Problem } from "@roundtrip/http-problem/problem";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import { queueMail } from "../mails/queue-mail.ts";
import { requireSecondFactor } from "./require-second-factor.ts";
import { deleteRecoveryCodes, removeTotpSeed } from "./second-factor.store.ts";
import { type OwnOtp, type SpendOtpDeps, spendOtp } from "./spend-otp.ts";

export interface RemoveTotpDeps extends SpendOtpDeps {
  /** The public URL, for the mail. */
  readonly issuer: string;
}

/** After a week the news is none any more. */
export const noticeLifeMs = 7 * 86_400_000;

/**
 * Turns the second factor off, deletes its seed and recovery codes, and tells the owner by mail. Throws `totp_not_on`,
 * `second_factor_needed` while the password is too short to stand alone, `code_refused` or `rate_limited`.
 */
export const removeTotp = async (deps: RemoveTotpDeps, guess: OwnOtp): Promise<void> => {
  const { accountId, source } = guess;
  const factor = await requireSecondFactor(deps.db, accountId);
  if (factor.password_short) throw new Problem("second_factor_needed");
  await spendOtp(deps, guess, async (tx) => {
    const now = deps.clock();
    if (!(await removeTotpSeed(tx, accountId))) throw new Problem("second_factor_needed");
    await deleteRecoveryCodes(tx, accountId);
    await recordAccountAudit(tx, { accountId, action: "second_factor.removed", source }, now);
    await queueMail(deps, tx, {
      template: "second_factor_removed",
      to: factor.email,
      values: { site: deps.issuer, at: now },
      expiresAt: new Date(now.getTime() + noticeLifeMs),
    });
  });
};

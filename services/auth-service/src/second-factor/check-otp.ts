import type { Sql } from "@roundtrip/database/database";
import type { BoxContext, Keyring } from "@roundtrip/secret-box/keyring";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { matchingStep } from "./match-totp.ts";
import { readOtp } from "./otp.rules.ts";
import { lockSecondFactor, takeRecoveryCode, takeStep } from "./second-factor.store.ts";

export interface CheckOtpDeps {
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

export interface OtpGuess {
  readonly accountId: string;
  /** Six digits or a recovery code, as it was typed. */
  readonly otp: string;
  readonly source: AuditSource;
}

/** Where a seed belongs: copied into another account's row it does not open. */
export const totpPlace = (accountId: string): BoxContext => ({ table: "accounts", id: accountId, workspaceId: "" });

/** What a recovery code is stored as; it works for this account only. */
export const recoveryText = (accountId: string, code: string): string => `recovery-code:${accountId}:${code}`;

/**
 * Spends a code of the confirmed second factor. False for a wrong, an expired and a used one alike, and for an account
 * without a second factor. Does not throttle: whoever calls it has done so (`guardedGuess`, or the sign-in's own throttle).
 * In a transaction that rolls back the code is not spent.
 */
export const checkOtp = async (
  deps: CheckOtpDeps,
  sql: Sql,
  { accountId, otp, source }: OtpGuess,
): Promise<boolean> => {
  const given = readOtp(otp);
  if (!given) return false;
  const factor = await lockSecondFactor(sql, accountId);
  if (!factor?.totp_box || !factor.totp_confirmed_at) return false;
  const now = deps.clock();
  if (given.kind === "totp") {
    const seed = deps.keyring.open(factor.totp_box, totpPlace(accountId));
    const step = matchingStep(seed, given.code, now);
    return step !== null && takeStep(sql, { accountId, box: factor.totp_box, step });
  }
  const digests = deps.keyring.digests(recoveryText(accountId, given.code));
  if (!(await takeRecoveryCode(sql, { accountId, digests, now }))) return false;
  await recordAccountAudit(sql, { accountId, action: "recovery_code.used", source }, now);
  return true;
};

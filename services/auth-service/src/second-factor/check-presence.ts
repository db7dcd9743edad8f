import { Problem } from "@roundtrip/http-problem/problem";
import { checkOwnPassword, type OwnPasswordDeps } from "../accounts/check-own-password.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { hasSignedInSince, type SecondFactorRow } from "./second-factor.store.ts";
import { type SpendOtpDeps, spendOtp } from "./spend-otp.ts";

export type CheckPresenceDeps = OwnPasswordDeps & SpendOtpDeps;

/** Whoever is signed in, and what they show besides. */
export interface Presence {
  readonly accountId: string;
  readonly signInId: string;
  readonly password: string | undefined;
  readonly otp?: string | undefined;
  readonly source: AuditSource;
}

/** As old as a sign-in may be that stands in for a password (ASVS 5.0, 7.5.1). */
const freshSignInMs = 600_000;

/**
 * Before something that gives a new way in, the account's owner shows once more who they are; a stolen access token alone
 * must not be enough. An account with a password gives it. One without (passkeys or an OpenID provider only) has nothing
 * that could be typed: it must have signed in within ten minutes, which its passkey or provider has just seen. Where a
 * second factor is on, a code comes on top, because the new way in would go around it.
 *
 * Throws `password_wrong`, `sign_in_too_old`, `code_refused` or `rate_limited`.
 */
export const checkPresence = async (
  deps: CheckPresenceDeps,
  factor: SecondFactorRow,
  { accountId, signInId, password, otp, source }: Presence,
): Promise<void> => {
  if (factor.has_password) {
    if (password === undefined) throw new Problem("password_wrong");
    await checkOwnPassword(deps, { accountId, password });
  } else {
    const since = new Date(deps.clock().getTime() - freshSignInMs);
    if (!(await hasSignedInSince(deps.db, { signInId, accountId, since }))) throw new Problem("sign_in_too_old");
  }
  if (factor.totp_confirmed_at === null) return;
  if (otp === undefined) throw new Problem("code_refused");
  await spendOtp(deps, { accountId, signInId, otp, source }, async () => undefined);
};

import { Problem } from "@roundtrip/http-problem/problem";
import { emailKey } from "../accounts/account.rules.ts";
import {
  type AccountCredential,
  findAccountCredential,
  lockPasswordHash,
  replaceAccountHash,
} from "../accounts/account.store.ts";
import { type CheckOtpDeps, checkOtp } from "../second-factor/check-otp.ts";
import { checkPassword } from "./check-password.ts";
import { findStaffSubject } from "./find-subject.ts";
import { type OpenedSignIn, openSignIn, type SignInDeps, type SignInSource } from "./open-sign-in.ts";
import { recordFailedSignIn } from "./record-sign-in-outcome.ts";
import { type TryPasswordDeps, tryPassword } from "./try-password.ts";

export type SignInAccountDeps = SignInDeps & TryPasswordDeps & CheckOtpDeps;

export interface AccountPassword {
  readonly email: string;
  readonly password: string;
  readonly otp?: string;
}

/**
 * Throws `sign_in_failed`, for every reason alike; `otp_required` and `otp_invalid` to those alone who know the password;
 * `rate_limited` after too many failures.
 */
export const signInAccount = async (
  deps: SignInAccountDeps,
  given: AccountPassword,
  source: SignInSource,
): Promise<OpenedSignIn> => {
  const key = emailKey(given.email);
  const account = await findAccountCredential(deps.db, key);
  const reason = refuseAccount(account);
  const target = {
    kind: "account",
    id: account?.account_id ?? null,
    customerIds: account?.customer_ids ?? [],
  } as const;
  let hash = reason === null ? (account?.password_hash ?? null) : null;
  await tryPassword(
    deps,
    {
      guessed: { kind: "account", identifier: key, subjectId: target.id },
      target,
      password: given.password,
      check: () =>
        checkPassword(deps.hasher, {
          hash,
          password: given.password,
          replace: async (from, to) => {
            if (account && (await replaceAccountHash(deps.db, account.account_id, { from, to }))) hash = to;
          },
        }),
      reason: reason ?? "wrong_password",
      refuseFurther: async () => (account ? refuseSecondFactor(deps, account, { otp: given.otp, source }) : null),
    },
    source,
  );
  const opened = account && (await openWithPassword(deps, { account, hash, password: given.password }, source));
  if (opened) return opened;
  const failed = { method: "password", target, reason: "changed_meanwhile" } as const;
  await recordFailedSignIn(deps.db, failed, { source, now: deps.clock() });
  throw new Problem("sign_in_failed", { cause: failed.reason });
};

interface CheckedPassword {
  readonly account: AccountCredential;
  /** What the password was right for. */
  readonly hash: string | null;
  readonly password: string;
}

/**
 * Null when the account was disabled, or its password changed, while the hash was at work. With the account's row held, a
 * change either came before, and is seen here, or comes after and ends this sign-in with all others.
 */
const openWithPassword = (
  deps: SignInAccountDeps,
  { account, hash, password }: CheckedPassword,
  source: SignInSource,
): Promise<OpenedSignIn | null> =>
  deps.db.transaction(async (tx) => {
    const current = await lockPasswordHash(tx, account.account_id);
    // Another sign-in may have hashed the same password anew.
    if (current !== hash && !(await deps.hasher.verify(current, password))) return null;
    const subject = await findStaffSubject(tx, account.account_id);
    return subject && openSignIn({ ...deps, db: tx }, { subject, method: "password", customerId: null }, source);
  });

/** Why this account has no password that could be right. */
const refuseAccount = (account: AccountCredential | null): string | null => {
  if (!account) return "unknown";
  if (account.disabled_at) return "disabled";
  if (!account.may_act) return "no_membership";
  return account.password_hash === null ? "no_password" : null;
};

interface GivenCode {
  readonly otp: string | undefined;
  readonly source: SignInSource;
}

const refuseSecondFactor = async (
  deps: SignInAccountDeps,
  account: AccountCredential,
  { otp, source }: GivenCode,
): Promise<"otp_required" | "otp_invalid" | null> => {
  if (account.totp_confirmed_at === null) return null;
  if (otp === undefined) return "otp_required";
  const isRight = await deps.db.transaction((tx) => checkOtp(deps, tx, { accountId: account.account_id, otp, source }));
  return isRight ? null : "otp_invalid";
};

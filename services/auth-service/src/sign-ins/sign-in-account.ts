import { Problem } from "@roundtrip/http-problem/problem";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import { emailKey } from "../accounts/account.rules.ts";
import { findAccountCredential, replaceAccountHash } from "../accounts/account.store.ts";
import { checkPassword } from "./check-password.ts";
import { findStaffSubject } from "./find-subject.ts";
import { type OpenedSignIn, openSignIn, type SignInDeps, type SignInSource } from "./open-sign-in.ts";

export interface SignInAccountDeps extends SignInDeps {
  readonly hasher: PasswordHasher;
}

export interface AccountPassword {
  readonly email: string;
  readonly password: string;
}

/** Throws `sign_in_failed`, for every reason alike. */
export const signInAccount = async (
  deps: SignInAccountDeps,
  given: AccountPassword,
  source: SignInSource,
): Promise<OpenedSignIn> => {
  const account = await findAccountCredential(deps.db, emailKey(given.email));
  await checkPassword(deps.hasher, {
    hash: account && !account.disabled_at ? account.password_hash : null,
    password: given.password,
    replace: async (from, to) => {
      if (account) await replaceAccountHash(deps.db, account.account_id, { from, to });
    },
  });
  const subject = account && (await findStaffSubject(deps.db, account.account_id));
  if (!subject) throw new Problem("sign_in_failed");
  return openSignIn(deps, subject, source);
};

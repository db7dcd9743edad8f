import { Problem } from "@roundtrip/http-problem/problem";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import {
  type FindCredentialDeps,
  findCredentialByAlias,
} from "../respondent-credentials/find-respondent-credential.ts";
import { replaceRespondentHash } from "../respondent-credentials/respondent-credential.store.ts";
import { checkPassword } from "./check-password.ts";
import { respondentSubject } from "./find-subject.ts";
import { type OpenedSignIn, openSignIn, type SignInDeps, type SignInSource } from "./open-sign-in.ts";

export interface SignInAliasDeps extends SignInDeps, FindCredentialDeps {
  readonly db: FindCredentialDeps["db"];
  readonly hasher: PasswordHasher;
}

export interface AliasPassword {
  /** Slug or id of the survey. */
  readonly surveyId: string;
  readonly userName: string;
  readonly password: string;
}

/** Throws `sign_in_failed` for every reason alike, `DependencyUnavailable` when survey-service had to be asked and is away. */
export const signInAlias = async (
  deps: SignInAliasDeps,
  given: AliasPassword,
  source: SignInSource,
): Promise<OpenedSignIn> => {
  const respondent = await findCredentialByAlias(deps, { survey: given.surveyId, username: given.userName });
  await checkPassword(deps.hasher, {
    hash: respondent?.password_hash ?? null,
    password: given.password,
    replace: async (from, to) => {
      if (respondent) await replaceRespondentHash(deps.db, respondent.respondent_id, { from, to });
    },
  });
  if (!respondent) throw new Problem("sign_in_failed");
  return openSignIn(deps, respondentSubject(respondent), source);
};

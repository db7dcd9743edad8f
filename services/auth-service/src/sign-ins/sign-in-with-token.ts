import { Problem } from "@roundtrip/http-problem/problem";
import {
  type FindCredentialDeps,
  findCredentialByToken,
} from "../respondent-credentials/find-respondent-credential.ts";
import { hasTokenExpired } from "../respondent-credentials/respondent-credential.rules.ts";
import { respondentSubject } from "./find-subject.ts";
import { type OpenedSignIn, openSignIn, type SignInDeps, type SignInSource } from "./open-sign-in.ts";

export interface SignInWithTokenDeps extends SignInDeps, FindCredentialDeps {
  readonly db: FindCredentialDeps["db"];
}

/** Nothing longer is hashed or asked about. */
const tokenLengthMax = 256;

/**
 * No decoy hash here: success costs no hash either, and what could be guessed is the whole token, looked up by its HMAC.
 * Throws `sign_in_failed`, or `DependencyUnavailable` when survey-service had to be asked and is away.
 */
export const signInWithToken = async (
  deps: SignInWithTokenDeps,
  token: string,
  source: SignInSource,
): Promise<OpenedSignIn> => {
  if (token.length > tokenLengthMax) throw new Problem("sign_in_failed");
  const respondent = await findCredentialByToken(deps, token);
  if (!respondent || hasTokenExpired(respondent, deps.clock())) throw new Problem("sign_in_failed");
  return openSignIn(deps, respondentSubject(respondent), source);
};

import { Problem } from "@roundtrip/http-problem/problem";
import {
  type FindCredentialDeps,
  findCredentialByToken,
} from "../respondent-credentials/find-respondent-credential.ts";
import { hasTokenExpired } from "../respondent-credentials/respondent-credential.rules.ts";
import type { RespondentRow } from "../respondent-credentials/respondent-credential.store.ts";
import { respondentSubject } from "./find-subject.ts";
import { type OpenedSignIn, openSignIn, type SignInDeps, type SignInSource } from "./open-sign-in.ts";
import { recordFailedSignIn, respondentTarget } from "./record-sign-in-outcome.ts";

export type SignInWithTokenDeps = SignInDeps & FindCredentialDeps;

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
  const respondent = token.length > tokenLengthMax ? null : await findCredentialByToken(deps, token);
  const refusal = refuseRespondent(respondent, deps.clock());
  if (respondent && refusal === null) {
    const { customer_id: customerId } = respondent;
    return openSignIn(deps, { subject: respondentSubject(respondent), method: "token", customerId }, source);
  }
  const failed = { method: "token", target: respondentTarget(respondent), reason: refusal ?? "unknown" } as const;
  await recordFailedSignIn(deps.db, failed, { source, now: deps.clock() });
  throw new Problem("sign_in_failed", { cause: refusal });
};

const refuseRespondent = (respondent: RespondentRow | null, now: Date): string | null => {
  if (!respondent) return "unknown";
  if (respondent.suspended) return "suspended";
  return hasTokenExpired(respondent, now) ? "expired" : null;
};

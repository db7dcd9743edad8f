import { Problem } from "@roundtrip/http-problem/problem";
import {
  askForCredentialByAlias,
  type FindCredentialDeps,
  findKnownCredentialByAlias,
} from "../respondent-credentials/find-respondent-credential.ts";
import {
  findSurveyId,
  type RespondentRow,
  replaceRespondentHash,
} from "../respondent-credentials/respondent-credential.store.ts";
import { checkPassword } from "./check-password.ts";
import { respondentSubject } from "./find-subject.ts";
import { type OpenedSignIn, openSignIn, type SignInDeps, type SignInSource } from "./open-sign-in.ts";
import { respondentTarget } from "./record-sign-in-outcome.ts";
import { type TryPasswordDeps, tryPassword } from "./try-password.ts";

export type SignInAliasDeps = SignInDeps & FindCredentialDeps & TryPasswordDeps;

export interface AliasPassword {
  /** Slug or id of the survey. */
  readonly surveyId: string;
  readonly userName: string;
  readonly password: string;
}

/**
 * Throws `sign_in_failed` for every reason alike, `rate_limited` after too many failures, and `DependencyUnavailable` when
 * survey-service had to be asked and is away.
 */
export const signInAlias = async (
  deps: SignInAliasDeps,
  given: AliasPassword,
  source: SignInSource,
): Promise<OpenedSignIn> => {
  const alias = { survey: given.surveyId, username: given.userName };
  const known = await findKnownCredentialByAlias(deps, alias);
  // Slug and id are one survey and share one budget, whether or not the name is anybody's.
  const surveyId = (await findSurveyId(deps.db, given.surveyId)) ?? given.surveyId.toLowerCase();
  let respondent = known;
  await tryPassword(
    deps,
    {
      guessed: {
        kind: "respondent",
        identifier: `${surveyId}:${given.userName}`,
        subjectId: known?.respondent_id ?? null,
      },
      target: respondentTarget(known),
      password: given.password,
      check: async () => {
        // A name that nobody has costs a question to survey-service; the decoy runs beside it, so that it costs no time.
        respondent ??= (
          await Promise.all([askForCredentialByAlias(deps, alias), deps.hasher.verify(null, given.password)])
        )[0];
        return respondent !== null && checkRespondent(deps, respondent, given.password);
      },
      reason: refuseRespondent(known) ?? "wrong_password",
    },
    source,
  );
  if (!respondent) throw new Problem("sign_in_failed");
  const { customer_id: customerId } = respondent;
  return openSignIn(deps, { subject: respondentSubject(respondent), method: "password", customerId }, source);
};

const checkRespondent = (deps: SignInAliasDeps, respondent: RespondentRow | null, password: string): Promise<boolean> =>
  checkPassword(deps.hasher, {
    hash: refuseRespondent(respondent) === null ? (respondent?.password_hash ?? null) : null,
    password,
    replace: async (from, to) => {
      if (respondent) await replaceRespondentHash(deps.db, respondent.respondent_id, { from, to });
    },
  });

/** Why this respondent has no password that could be right. */
const refuseRespondent = (respondent: RespondentRow | null): string | null => {
  if (!respondent) return "unknown";
  if (respondent.suspended) return "suspended";
  return respondent.password_hash === null ? "no_password" : null;
};

import { respondentCredentialChanged } from "@roundtrip/contracts/survey/respondent-credential-changed.event";
import { respondentUpdated } from "@roundtrip/contracts/survey/respondent-updated.event";
import { userUpdated } from "@roundtrip/contracts/survey/user-updated.event";
import type { Tx } from "@roundtrip/database/database";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { changeRedirectUrl, changeUser, type Respondent, renewToken } from "./respondent.store.ts";
import type { RespondentChanges } from "./respondent-changes.rules.ts";
import { findCredentialById } from "./respondent-credential.store.ts";

export interface ChangeRespondent {
  readonly survey: Survey;
  readonly claims: { readonly username: string };
  readonly respondent: Respondent;
  readonly changes: RespondentChanges;
  readonly now: Date;
}

type Deps = Pick<SurveyDeps, "outbox" | "authenticationTokens">;

/**
 * Applies what a token claims of a respondent that exists, with the events that say so. Of many equal changes at once one
 * finds something to change; the others change and tell nothing.
 */
export const changeRespondent = async (deps: Deps, tx: Tx, command: ChangeRespondent): Promise<Respondent> => {
  const { respondent, changes, now } = command;
  const { name, customFields, redirectUrl, tokenExpiresAt } = changes;
  const changesUser = name !== undefined || customFields !== undefined;
  const userChanged = changesUser && (await changeUser(tx, respondent.userId, { ...changes, now }));
  const redirectChanged =
    redirectUrl !== undefined && (await changeRedirectUrl(tx, respondent.respondentId, { url: redirectUrl, now }));
  if (userChanged) await appendUserUpdated(deps, tx, command);
  if (userChanged || redirectChanged) await appendRespondentUpdated(deps, tx, command);
  if (tokenExpiresAt && (await renewToken(tx, respondent.respondentId, { expiresAt: tokenExpiresAt, now }))) {
    await appendCredentialChanged(deps, tx, command);
  }
  return { ...respondent, ...changes };
};

const appendUserUpdated = (deps: Deps, tx: Tx, { survey, respondent }: ChangeRespondent): Promise<void> =>
  deps.outbox.append(tx, {
    type: userUpdated,
    workspaceId: survey.workspaceId,
    data: { user_id: respondent.userId, external_user_id: respondent.externalUserId },
  });

const appendRespondentUpdated = (deps: Deps, tx: Tx, { survey, respondent, claims }: ChangeRespondent): Promise<void> =>
  deps.outbox.append(tx, {
    type: respondentUpdated,
    workspaceId: survey.workspaceId,
    data: {
      survey: survey.slug,
      survey_id: survey.surveyId,
      user_id: respondent.userId,
      external_user_id: respondent.externalUserId,
      username: claims.username,
    },
  });

const appendCredentialChanged = async (deps: Deps, tx: Tx, { survey, respondent }: ChangeRespondent): Promise<void> => {
  const data = await findCredentialById(tx, deps.authenticationTokens, respondent.respondentId);
  if (data) await deps.outbox.append(tx, { type: respondentCredentialChanged, workspaceId: survey.workspaceId, data });
};

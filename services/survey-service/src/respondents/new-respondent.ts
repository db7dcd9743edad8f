import { respondentCreated } from "@roundtrip/contracts/survey/respondent-created.event";
import { respondentCredentialChanged } from "@roundtrip/contracts/survey/respondent-credential-changed.event";
import { userCreated } from "@roundtrip/contracts/survey/user-created.event";
import type { OutboxRow } from "@roundtrip/outbox/outbox.store";
import { uuidv7 } from "uuidv7";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { sha256Hex } from "./authentication-token.ts";
import type { NewRespondent } from "./respondent.store.ts";
import type { UserClaims } from "./user-claims.rules.ts";

export interface NewRespondentFacts {
  readonly survey: Survey;
  readonly claims: UserClaims;
  readonly passwordHash: string | null;
  readonly now: Date;
}

/** A respondent with a user of its own, its authentication token and the three events that say so. Nothing is written. */
export const createNewRespondent = (
  deps: Pick<SurveyDeps, "outbox" | "authenticationTokens">,
  { survey, claims, passwordHash, now }: NewRespondentFacts,
): NewRespondent => {
  const { charset, length, ttl_seconds: ttlSeconds } = survey.settings.auth_url;
  const { keyVersion } = deps.authenticationTokens;
  const seed = { respondentId: uuidv7(), keyVersion, counter: 1, charset, length };
  const authToken = deps.authenticationTokens.derive(seed);
  const tokenSha256 = sha256Hex(authToken);
  const respondent = {
    ...seed,
    workspaceId: survey.workspaceId,
    surveyId: survey.surveyId,
    userId: uuidv7(),
    username: claims.username,
    passwordHash,
    authToken,
    tokenDigest: deps.authenticationTokens.digest(tokenSha256),
    tokenExpiresAt: ttlSeconds === null ? null : new Date(now.getTime() + ttlSeconds * 1_000),
    redirectUrl: claims.redirectUrl ?? null,
    name: claims.name ?? null,
    customFields: claims.customFields ?? [],
    externalUserId: null,
    createdAt: now,
  };
  return { ...respondent, events: createEvents(deps, survey, { ...respondent, tokenSha256 }) };
};

const createEvents = (
  { outbox }: Pick<SurveyDeps, "outbox">,
  survey: Survey,
  respondent: Omit<NewRespondent, "events"> & { readonly tokenSha256: string },
): [OutboxRow, OutboxRow, OutboxRow] => {
  const { workspaceId } = survey;
  const ids = { survey_id: survey.surveyId, user_id: respondent.userId, username: respondent.username };
  return [
    outbox.prepare({ type: userCreated, workspaceId, data: { user_id: ids.user_id, external_user_id: null } }),
    outbox.prepare({
      type: respondentCreated,
      workspaceId,
      data: { ...ids, survey: survey.slug, external_user_id: null },
    }),
    outbox.prepare({
      type: respondentCredentialChanged,
      workspaceId,
      data: {
        ...ids,
        respondent_id: respondent.respondentId,
        workspace_id: workspaceId,
        survey_slug: survey.slug,
        token_sha256: respondent.tokenSha256,
        token_expires_at: respondent.tokenExpiresAt?.toISOString() ?? null,
        password_hash: respondent.passwordHash,
        revision: 1,
        deleted: false,
      },
    }),
  ];
};

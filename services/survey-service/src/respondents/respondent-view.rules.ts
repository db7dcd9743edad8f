import type { CustomField, RespondentSummary } from "@roundtrip/contracts/survey/respondent-object";

interface Viewed {
  readonly respondentId: string;
  readonly surveyId: string;
  readonly userId: string;
  readonly username: string;
  readonly hasPassword: boolean;
  readonly redirectUrl: string | null;
  readonly tokenExpiresAt: Date | null;
  readonly externalUserId: string | null;
  readonly name: string | null;
  readonly customFields: readonly CustomField[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export const viewRespondentSummary = (respondent: Viewed, slug: string): RespondentSummary => ({
  respondent_id: respondent.respondentId,
  survey_id: respondent.surveyId,
  survey: slug,
  user_id: respondent.userId,
  external_user_id: respondent.externalUserId,
  username: respondent.username,
  name: respondent.name,
  custom_fields: [...respondent.customFields],
  redirect_url: respondent.redirectUrl,
  has_password: respondent.hasPassword,
  token_expires_at: respondent.tokenExpiresAt?.toISOString() ?? null,
  created_at: respondent.createdAt.toISOString(),
  updated_at: respondent.updatedAt.toISOString(),
});

import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";

export const CustomField = Closed({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  value: Type.String({ minLength: 1, maxLength: 512 }),
  /** May the respondent see it? */
  public: Type.Optional(Type.Boolean()),
});
export type CustomField = Static<typeof CustomField>;

/** Addresses that sign the respondent in. Whoever has one is the respondent: treat them like a password. */
export const AuthenticationUrls = Closed({
  home: Type.String(),
  recall: Type.String(),
  feedback: Type.String(),
  short: Type.String(),
});
export type AuthenticationUrls = Static<typeof AuthenticationUrls>;

const summary = {
  respondent_id: Uuid,
  survey_id: Uuid,
  survey: Type.String(),
  user_id: Uuid,
  external_user_id: Nullable(Type.String()),
  username: Type.String(),
  name: Nullable(Type.String()),
  custom_fields: Type.Array(CustomField),
  redirect_url: Nullable(Type.String()),
  has_password: Type.Boolean(),
  token_expires_at: Nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
};

export const RespondentSummary = Closed(summary);
export type RespondentSummary = Static<typeof RespondentSummary>;

/** With what signs the respondent in, for API keys and admins; null for viewers. */
export const RespondentObject = Closed({
  ...summary,
  auth_token: Nullable(Type.String()),
  urls: Nullable(AuthenticationUrls),
});
export type RespondentObject = Static<typeof RespondentObject>;

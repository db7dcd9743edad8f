import type { RespondentCredential } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import { type Sql, statement } from "@roundtrip/database/database";
import type { Static } from "typebox";
import { type AuthenticationTokens, sha256Hex } from "./authentication-token.ts";

export type Credential = Static<typeof RespondentCredential>;

interface CredentialRow {
  readonly respondentId: string;
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly slug: string;
  readonly userId: string;
  readonly username: string;
  readonly keyVersion: number;
  readonly counter: number;
  readonly charset: string | null;
  readonly length: number;
  readonly tokenExpiresAt: Date | null;
  readonly passwordHash: string | null;
  readonly revision: number;
}

const select = `SELECT r.respondent_id AS "respondentId", r.workspace_id AS "workspaceId", r.survey_id AS "surveyId", s.slug,
  r.user_id AS "userId", r.username, r.token_key_version AS "keyVersion", r.token_counter AS "counter",
  r.token_charset AS "charset", r.token_length AS "length", r.token_expires_at AS "tokenExpiresAt",
  r.password_hash AS "passwordHash", r.revision
  FROM respondents r JOIN surveys s USING (survey_id)`;

const byId = statement<CredentialRow>("credential-by-id", `${select} WHERE r.respondent_id = $1`);
const byToken = statement<CredentialRow>("credential-by-token", `${select} WHERE r.token_digest = ANY($1::text[])`);
const byUsername = statement<CredentialRow>(
  "credential-by-username",
  `${select} WHERE (s.slug = lower($1) OR s.survey_id::text = lower($1)) AND r.username = $2`,
);

/** What auth-service needs to sign the respondent in. Null when there is none. */
export const findCredentialById = async (sql: Sql, tokens: AuthenticationTokens, respondentId: string) =>
  toCredential(tokens, (await sql.query(byId, [respondentId]))[0]);

export const findCredentialByToken = async (sql: Sql, tokens: AuthenticationTokens, tokenSha256: string) =>
  toCredential(tokens, (await sql.query(byToken, [tokens.digests(tokenSha256)]))[0]);

/** `survey` is a slug or an id. */
export const findCredentialByUsername = async (
  sql: Sql,
  tokens: AuthenticationTokens,
  wanted: { readonly survey: string; readonly username: string },
) => toCredential(tokens, (await sql.query(byUsername, [wanted.survey, wanted.username]))[0]);

const toCredential = (tokens: AuthenticationTokens, row: CredentialRow | undefined): Credential | null =>
  row
    ? {
        respondent_id: row.respondentId,
        workspace_id: row.workspaceId,
        survey_id: row.surveyId,
        survey_slug: row.slug,
        user_id: row.userId,
        username: row.username,
        token_sha256: sha256Hex(tokens.derive(row)),
        token_expires_at: row.tokenExpiresAt?.toISOString() ?? null,
        password_hash: row.passwordHash,
        revision: row.revision,
        deleted: false,
      }
    : null;

import { type Sql, statement, type Tx } from "@roundtrip/database/database";

/** A respondent who can sign in. */
export interface RespondentRow {
  readonly respondent_id: string;
  readonly workspace_id: string;
  readonly survey_id: string;
  readonly survey_slug: string;
  readonly user_id: string;
  readonly password_hash: string | null;
  readonly token_expires_at: Date | null;
  /** Null when the workspace is not known here. */
  readonly customer_id: string | null;
  /** Nobody of a suspended customer gets a token. */
  readonly suspended: boolean;
}

const found = `SELECT r.respondent_id, r.workspace_id, r.survey_id, r.survey_slug, r.user_id, r.password_hash, r.token_expires_at,
    w.customer_id, c.suspended_at IS NOT NULL AS suspended
  FROM respondent_credentials r LEFT JOIN workspaces w USING (workspace_id) LEFT JOIN customers c USING (customer_id)`;

const byTokenStatement = statement<RespondentRow>(
  "respondent-credentials-by-token",
  `${found} WHERE r.token_digest = ANY($1) AND r.deleted_at IS NULL LIMIT 1`,
);

export const findRespondentByToken = async (sql: Sql, digests: readonly string[]): Promise<RespondentRow | null> =>
  (await sql.query(byTokenStatement, [digests]))[0] ?? null;

const byAliasStatement = statement<RespondentRow>(
  "respondent-credentials-by-alias",
  `${found}
   WHERE r.username = $2 AND r.deleted_at IS NULL AND (r.survey_slug = lower($1) OR r.survey_id::text = lower($1)) LIMIT 1`,
);

/** `survey` is a slug, in any case, or an id. */
export const findRespondentByAlias = async (
  sql: Sql,
  survey: string,
  username: string,
): Promise<RespondentRow | null> => (await sql.query(byAliasStatement, [survey, username]))[0] ?? null;

const surveyIdStatement = statement<{ survey_id: string }>(
  "respondent-credentials-survey-id",
  "SELECT survey_id FROM respondent_credentials WHERE survey_slug = lower($1) ORDER BY respondent_id LIMIT 1",
);

/** Null when no respondent of a survey with this slug is known here, also for an id. */
export const findSurveyId = async (sql: Sql, slug: string): Promise<string | null> =>
  (await sql.query(surveyIdStatement, [slug]))[0]?.survey_id ?? null;

/** An SQL query for one id: `RespondentRow`. */
export const respondentById = (respondentId: string): string =>
  `${found} WHERE r.respondent_id = ${respondentId} AND r.deleted_at IS NULL`;

const byIdStatement = statement<RespondentRow>("respondent-credentials-by-id", respondentById("$1"));

export const findRespondent = async (sql: Sql, respondentId: string): Promise<RespondentRow | null> =>
  (await sql.query(byIdStatement, [respondentId]))[0] ?? null;

/** What is written; a deleted respondent keeps nothing but ids and revision. */
export interface CredentialRow {
  readonly respondentId: string;
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly revision: number;
  readonly known: {
    readonly surveySlug: string;
    readonly userId: string;
    readonly username: string;
    readonly tokenDigest: string;
    readonly tokenExpiresAt: string | null;
    readonly passwordHash: string | null;
  } | null;
}

/**
 * A username belongs to one respondent at a time. Events of two respondents may arrive out of order, so the one who still
 * holds the name here gives it up; should that one turn out to be the right one, its next sign-in asks survey-service and
 * the same revision puts the name back.
 */
const releaseUsernameStatement = statement(
  "respondent-credentials-release-username",
  `UPDATE respondent_credentials SET username = NULL
   WHERE survey_id = $2 AND username = $3 AND respondent_id <> $1
     AND NOT EXISTS (
       SELECT 1 FROM respondent_credentials WHERE respondent_id = $1
         AND (revision > $4 OR revision = $4 AND (username IS NOT NULL OR deleted_at IS NOT NULL)))`,
);

const upsertStatement = statement<{ respondent_id: string }>(
  "respondent-credentials-upsert",
  `INSERT INTO respondent_credentials AS stored
     (respondent_id, workspace_id, survey_id, revision, survey_slug, user_id, username, token_digest, token_expires_at,
      password_hash, deleted_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $7::text IS NULL THEN now() END)
   ON CONFLICT (respondent_id) DO UPDATE SET
     revision = excluded.revision, survey_slug = excluded.survey_slug, user_id = excluded.user_id,
     username = excluded.username, token_digest = excluded.token_digest, token_expires_at = excluded.token_expires_at,
     password_hash = excluded.password_hash, deleted_at = excluded.deleted_at, updated_at = now()
   WHERE stored.revision < excluded.revision
     OR stored.revision = excluded.revision AND stored.username IS NULL AND stored.deleted_at IS NULL
   RETURNING respondent_id`,
);

/** False when what is stored is as new or newer. */
export const upsertCredential = async (tx: Tx, row: CredentialRow): Promise<boolean> => {
  const { known } = row;
  if (known) await tx.query(releaseUsernameStatement, [row.respondentId, row.surveyId, known.username, row.revision]);
  const written = await tx.query(upsertStatement, [
    row.respondentId,
    row.workspaceId,
    row.surveyId,
    row.revision,
    known?.surveySlug.toLowerCase() ?? null,
    known?.userId ?? null,
    known?.username ?? null,
    known?.tokenDigest ?? null,
    known?.tokenExpiresAt ?? null,
    known?.passwordHash ?? null,
  ]);
  return written.length > 0;
};

const replaceHashStatement = statement(
  "respondent-credentials-replace-hash",
  "UPDATE respondent_credentials SET password_hash = $3 WHERE respondent_id = $1 AND password_hash = $2",
);

/** Changes nothing when the password has been changed in between. */
export const replaceRespondentHash = async (
  sql: Sql,
  respondentId: string,
  hashes: { readonly from: string; readonly to: string },
): Promise<void> => {
  await sql.query(replaceHashStatement, [respondentId, hashes.from, hashes.to]);
};

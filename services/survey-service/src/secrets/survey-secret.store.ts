import { type Sql, statement, type Tx } from "@roundtrip/database/database";

/** A sealed secret of a survey. `retiresAt` null: in force until a newer one replaces it. */
export interface SurveySecretRow {
  readonly secretId: string;
  readonly sealed: string;
  readonly retiresAt: Date | null;
}

/** What binds a sealed secret to its row. */
export const secretContext = (secretId: string, workspaceId: string) => ({
  table: "survey_secrets",
  id: secretId,
  workspaceId,
});

const active = statement<SurveySecretRow>(
  "survey-secrets-active",
  `SELECT secret_id AS "secretId", sealed, retires_at AS "retiresAt" FROM survey_secrets
   WHERE survey_id = $1 AND (retires_at IS NULL OR retires_at > $2) ORDER BY secret_id DESC`,
);

/** Newest first. */
export const listActiveSecrets = (sql: Sql, surveyId: string, now: Date): Promise<SurveySecretRow[]> =>
  sql.query(active, [surveyId, now]);

/** Older ones end at `retiresAt`; what ends sooner stays so. */
const retire = statement(
  "survey-secrets-retire",
  "UPDATE survey_secrets SET retires_at = least(retires_at, $2::timestamptz) WHERE survey_id = $1",
);

const insert = statement(
  "survey-secret-insert",
  `INSERT INTO survey_secrets (secret_id, survey_id, workspace_id, sealed, created_at) VALUES ($1, $2, $3, $4, $5)`,
);

export interface NewSecret {
  readonly secretId: string;
  readonly surveyId: string;
  readonly workspaceId: string;
  readonly sealed: string;
  readonly createdAt: Date;
  readonly olderRetireAt: Date;
}

export const replaceSecrets = async (tx: Tx, secret: NewSecret): Promise<void> => {
  await tx.query(retire, [secret.surveyId, secret.olderRetireAt]);
  await tx.query(insert, [secret.secretId, secret.surveyId, secret.workspaceId, secret.sealed, secret.createdAt]);
};

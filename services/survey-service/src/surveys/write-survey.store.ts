import type { Environment } from "@roundtrip/contracts/scope";
import type { SurveyState } from "@roundtrip/contracts/survey/survey-object";
import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import { statement, type Tx } from "@roundtrip/database/database";
import { type Survey, type SurveyRow, surveyColumns, toSurvey } from "./survey.store.ts";

/** What customers set. */
export interface SurveyFields {
  readonly name: string;
  readonly state: SurveyState;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly suspensionReason: string | null;
  readonly supportEmail: string | null;
  readonly locale: string;
  readonly languages: readonly string[];
  readonly settings: SurveySettings;
}

export interface NewSurvey extends SurveyFields {
  readonly surveyId: string;
  readonly workspaceId: string;
  readonly environment: Environment;
  readonly slug: string;
  readonly createdAt: Date;
}

const insert = statement<SurveyRow>(
  "survey-insert",
  `INSERT INTO surveys (survey_id, workspace_id, environment, slug, name, state, start_date, end_date, suspension_reason,
     support_email, locale, languages, settings, definition_version, created_at, updated_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $14) RETURNING ${surveyColumns}`,
);

/** With definition version 1, which the caller records in the same transaction. */
export const insertSurvey = async (tx: Tx, survey: NewSurvey): Promise<Survey> => {
  const { surveyId, workspaceId, environment, slug, createdAt } = survey;
  const [row] = await tx.query(insert, [surveyId, workspaceId, environment, slug, ...fieldValues(survey), createdAt]);
  if (!row) throw new Error("an insert answers its row");
  return toSurvey(row);
};

const fieldValues = (survey: SurveyFields): readonly unknown[] => [
  survey.name,
  survey.state,
  survey.startDate,
  survey.endDate,
  survey.suspensionReason,
  survey.supportEmail,
  survey.locale,
  survey.languages,
  JSON.stringify(survey.settings),
];

const update = statement<SurveyRow>(
  "survey-update",
  `UPDATE surveys SET name = $2, state = $3, start_date = $4, end_date = $5, suspension_reason = $6, support_email = $7,
     locale = $8, languages = $9, settings = $10, updated_at = $11
   WHERE survey_id = $1 RETURNING ${surveyColumns}`,
);

export const updateSurveyRow = async (
  tx: Tx,
  surveyId: string,
  change: SurveyFields & { now: Date },
): Promise<Survey> => {
  const [row] = await tx.query(update, [surveyId, ...fieldValues(change), change.now]);
  if (!row) throw new Error("the survey has been locked in this transaction");
  return toSurvey(row);
};

const lock = statement<SurveyRow>(
  "survey-lock",
  `SELECT ${surveyColumns} FROM surveys WHERE survey_id = $1 FOR UPDATE`,
);

/** The row as it is now, until the end of the transaction: two changes at once merge one after the other. */
export const lockSurveyRow = async (tx: Tx, surveyId: string): Promise<SurveyRow | null> =>
  (await tx.query(lock, [surveyId]))[0] ?? null;

export interface NewVersion {
  readonly surveyId: string;
  readonly workspaceId: string;
  readonly version: number;
  readonly definition: Record<string, unknown>;
  readonly sha256: string;
  readonly createdAt: Date;
}

const insertVersionStatement = statement(
  "survey-version-insert",
  `INSERT INTO survey_versions (survey_id, workspace_id, version, definition, sha256, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
);

export const insertVersion = async (tx: Tx, version: NewVersion): Promise<void> => {
  const { surveyId, workspaceId, definition, sha256, createdAt } = version;
  await tx.query(insertVersionStatement, [
    surveyId,
    workspaceId,
    version.version,
    JSON.stringify(definition),
    sha256,
    createdAt,
  ]);
};

const setVersion = statement(
  "survey-set-version",
  "UPDATE surveys SET definition_version = $2, updated_at = $3 WHERE survey_id = $1",
);

export const putVersionInForce = async (tx: Tx, version: NewVersion): Promise<void> => {
  await insertVersion(tx, version);
  await tx.query(setVersion, [version.surveyId, version.version, version.createdAt]);
};

const versionOf = statement<{ sha256: string; createdAt: Date }>(
  "survey-version",
  `SELECT sha256, created_at AS "createdAt" FROM survey_versions WHERE survey_id = $1 AND version = $2`,
);

export const findVersion = async (tx: Tx, surveyId: string, version: number) =>
  (await tx.query(versionOf, [surveyId, version]))[0] ?? null;

import type { Environment } from "@roundtrip/contracts/scope";
import type { SurveyState } from "@roundtrip/contracts/survey/survey-object";
import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import { type Sql, statement } from "@roundtrip/database/database";
import { isUuid } from "./survey-id.rules.ts";
import { type EffectiveSettings, effectiveSettings } from "./survey-settings.rules.ts";

export interface Survey {
  readonly surveyId: string;
  readonly workspaceId: string;
  readonly environment: Environment;
  readonly slug: string;
  readonly name: string;
  /** As stored; `effectiveState` says which one counts. */
  readonly state: SurveyState;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly suspensionReason: string | null;
  readonly supportEmail: string | null;
  readonly locale: string;
  readonly languages: readonly string[];
  /** With every default filled in. */
  readonly settings: EffectiveSettings;
  readonly definitionVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Column list of every statement that answers surveys. Dates as text: the driver would make them local midnights. */
export const surveyColumns = `survey_id AS "surveyId", workspace_id AS "workspaceId", environment, slug, name, state,
  start_date::text AS "startDate", end_date::text AS "endDate", suspension_reason AS "suspensionReason",
  support_email AS "supportEmail", locale, languages, settings, definition_version AS "definitionVersion",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

/** A survey as it lies in its row: settings as they were given, without defaults. */
export type SurveyRow = Omit<Survey, "settings"> & { readonly settings: SurveySettings };

export const toSurvey = (row: SurveyRow): Survey => ({ ...row, settings: effectiveSettings(row.settings) });

const bySlug = statement<SurveyRow>("survey-by-slug", `SELECT ${surveyColumns} FROM surveys WHERE slug = lower($1)`);

/** The public way in: slugs are unique across workspaces, in any case. */
export const findSurveyBySlug = async (sql: Sql, slug: string): Promise<Survey | null> => {
  const [row] = await sql.query(bySlug, [slug]);
  return row ? toSurvey(row) : null;
};

const bySlugOrId = statement<SurveyRow>(
  "survey-by-slug-or-id",
  `SELECT ${surveyColumns} FROM surveys WHERE workspace_id = $1 AND (survey_id = $2 OR slug = lower($3))
   ORDER BY (survey_id = $2) IS TRUE DESC LIMIT 1`,
);

/** `idOrSlug` as customers write it. Null for another workspace's survey. */
export const findSurvey = async (sql: Sql, workspaceId: string, idOrSlug: string): Promise<Survey | null> => {
  const [row] = await sql.query(bySlugOrId, [workspaceId, isUuid(idOrSlug) ? idOrSlug : null, idOrSlug]);
  return row ? toSurvey(row) : null;
};

const definitionOf = statement<{ definition: Record<string, unknown> }>(
  "survey-definition",
  "SELECT definition FROM survey_versions WHERE survey_id = $1 AND version = $2",
);

/** A published definition: versions never change, so a running session keeps the questions it began with. */
export const findDefinition = async (
  sql: Sql,
  surveyId: string,
  version: number,
): Promise<Record<string, unknown> | null> => {
  const [row] = await sql.query(definitionOf, [surveyId, version]);
  return row?.definition ?? null;
};

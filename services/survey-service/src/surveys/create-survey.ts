import type { Environment } from "@roundtrip/contracts/scope";
import { uniqueViolation } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import type { SurveyDeps } from "../deps.ts";
import { checkSurvey } from "./check-survey.rules.ts";
import { assertPublishable, definitionSha256 } from "./publishable-definition.ts";
import { isReservedSegment } from "./reserved-slug.rules.ts";
import type { Survey } from "./survey.store.ts";
import { isUuid } from "./survey-id.rules.ts";
import { insertSurvey, insertVersion, type NewSurvey, type SurveyFields } from "./write-survey.store.ts";

export interface CreateSurvey extends Partial<SurveyFields> {
  readonly workspaceId: string;
  readonly environment: Environment;
  readonly slug: string;
  readonly name: string;
  readonly definition: Record<string, unknown>;
}

/** Creates a survey with version 1 of its definition. Throws `survey_slug_taken`, `survey_slug_reserved`, `definition_invalid`. */
export const createSurvey = async (deps: Pick<SurveyDeps, "db" | "clock">, command: CreateSurvey): Promise<Survey> => {
  const slug = command.slug.toLowerCase();
  assertFree(slug);
  assertPublishable(command.definition, ["body", "definition"]);
  const survey = newSurvey(command, slug, deps.clock());
  const faults = checkSurvey(survey, survey.settings, survey.environment);
  if (faults.length > 0) throw new Problem("invalid_request", { detail: faults });
  return insertWithVersion(deps, survey, command.definition);
};

const assertFree = (slug: string): void => {
  const refuse = (msg: string) =>
    new Problem("survey_slug_reserved", { detail: [{ loc: ["body", "slug"], msg, type: "not_allowed" }] });
  if (isReservedSegment(slug)) throw refuse("is used by Roundtrip itself");
  if (isUuid(slug)) throw refuse("looks like a survey's id, and would be taken for one");
};

const newSurvey = (
  { definition: _definition, ...command }: CreateSurvey,
  slug: string,
  createdAt: Date,
): NewSurvey => ({
  state: "notStarted",
  startDate: null,
  endDate: null,
  suspensionReason: null,
  supportEmail: null,
  locale: "en",
  languages: [],
  settings: {},
  ...command,
  slug,
  surveyId: uuidv7(),
  createdAt,
});

const insertWithVersion = async (
  { db }: Pick<SurveyDeps, "db">,
  survey: NewSurvey,
  definition: Record<string, unknown>,
): Promise<Survey> => {
  try {
    return await db.transaction(async (tx) => {
      const inserted = await insertSurvey(tx, survey);
      const { surveyId, workspaceId, createdAt } = survey;
      await insertVersion(tx, {
        surveyId,
        workspaceId,
        version: 1,
        definition,
        sha256: definitionSha256(definition),
        createdAt,
      });
      return inserted;
    });
  } catch (error) {
    if (uniqueViolation(error) === "surveys__slug") throw new Problem("survey_slug_taken");
    throw error;
  }
};

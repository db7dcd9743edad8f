import type { SurveyObject, SurveyState, SurveySummary } from "@roundtrip/contracts/survey/survey-object";
import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import { effectiveState } from "./survey.rules.ts";
import type { EffectiveSettings } from "./survey-settings.rules.ts";

interface Viewed {
  readonly surveyId: string;
  readonly slug: string;
  readonly name: string;
  readonly state: SurveyState;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly suspensionReason: string | null;
  readonly supportEmail: string | null;
  readonly locale: string;
  readonly languages: readonly string[];
  readonly settings: EffectiveSettings;
  readonly definitionVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A survey as lists show it. */
export const viewSurveySummary = (survey: Viewed, now: Date): SurveySummary => ({
  survey_id: survey.surveyId,
  slug: survey.slug,
  name: survey.name,
  state: survey.state,
  effective_state: effectiveState(survey, now),
  start_date: survey.startDate,
  end_date: survey.endDate,
  suspension_reason: survey.suspensionReason,
  support_email: survey.supportEmail,
  locale: survey.locale,
  languages: [...survey.languages],
  definition_version: survey.definitionVersion,
  settings: viewSettings(survey.settings),
  created_at: survey.createdAt.toISOString(),
  updated_at: survey.updatedAt.toISOString(),
});

export const viewSurvey = (survey: Viewed, definition: Record<string, unknown>, now: Date): SurveyObject => ({
  ...viewSurveySummary(survey, now),
  definition,
});

const viewSettings = (settings: EffectiveSettings): SurveySettings => ({ ...settings });

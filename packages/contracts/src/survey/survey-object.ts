import { type Static, Type } from "typebox";
import { CalendarDate, Closed, Instant, Nullable, Slug, Text, Uuid } from "../formats.ts";
import { SurveySettings } from "./survey-settings.ts";

export const surveyStates = ["notStarted", "active", "suspended", "completed"] as const;
export type SurveyState = (typeof surveyStates)[number];
export const SurveyState = Type.Enum(surveyStates);

/** A SurveyJS definition: any JSON object on the wire, checked by the definition gate. */
export const Definition = Type.Unsafe<Record<string, unknown>>({ type: "object", additionalProperties: true });

/** A survey's id or its slug. */
export const SurveyParams = Closed({ survey: Slug });

export const SurveyName = Text(512);

const LanguageTag = Type.String({ pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", maxLength: 35 });

/** What creating and changing a survey have in common. Dates are whole days, UTC, both inclusive. */
export const surveyFields = {
  state: Type.Optional(SurveyState),
  start_date: Type.Optional(Nullable(CalendarDate)),
  end_date: Type.Optional(Nullable(CalendarDate)),
  suspension_reason: Type.Optional(Nullable(Text(512))),
  support_email: Type.Optional(Nullable(Type.String({ format: "email", maxLength: 320 }))),
  locale: Type.Optional(LanguageTag),
  languages: Type.Optional(Type.Array(LanguageTag, { maxItems: 100, uniqueItems: true })),
  settings: Type.Optional(SurveySettings),
};

const summary = {
  survey_id: Uuid,
  slug: Slug,
  name: Type.String(),
  /** As stored. */
  state: SurveyState,
  /** The one that counts today: before `start_date` `notStarted`, after `end_date` `completed`, else the stored one. */
  effective_state: SurveyState,
  start_date: Nullable(CalendarDate),
  end_date: Nullable(CalendarDate),
  suspension_reason: Nullable(Type.String()),
  support_email: Nullable(Type.String()),
  locale: Type.String(),
  languages: Type.Array(Type.String()),
  definition_version: Type.Integer({ minimum: 1 }),
  /** With every default filled in. */
  settings: SurveySettings,
  created_at: Instant,
  updated_at: Instant,
};

/** As in lists: without the definition, which may be half a megabyte. */
export const SurveySummary = Closed(summary);
export type SurveySummary = Static<typeof SurveySummary>;

export const SurveyObject = Closed({ ...summary, definition: Definition });
export type SurveyObject = Static<typeof SurveyObject>;

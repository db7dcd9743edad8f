import { type Static, Type } from "typebox";
import { Closed, Nullable, Slug, Uuid } from "../formats.ts";

/** A JSON object whose members nobody here knows: answers by question, a survey definition, scores by name. */
export const JsonObject = Type.Unsafe<Readonly<Record<string, unknown>>>({
  type: "object",
  additionalProperties: true,
});

/** Answers so far, or to the end, of one session. The whole body is at most 1 MiB. */
export const SessionAnswers = Closed({ sessionId: Uuid, data: JsonObject });
export type SessionAnswers = Static<typeof SessionAnswers>;

export const SurveyPath = Closed({ slug: Slug });

/**
 * Minutes that UTC is ahead of the respondent's clock, as JavaScript's `Date.getTimezoneOffset` gives them, within
 * 14 hours. It says when the respondent's day begins; left out, days are UTC days.
 */
export const LocalTimeQuery = Closed({
  tzOffset: Type.Optional(Type.String({ pattern: "^-?([0-9]{1,2}|[1-7][0-9]{2}|8[0-3][0-9]|840)$" })),
});

/** What a respondent's front end needs to know about the person. `customFields` holds only those marked public. */
export const userInfoMembers = {
  userId: Uuid,
  name: Nullable(Type.String()),
  customFields: Type.Unsafe<Readonly<Record<string, string>>>({
    type: "object",
    additionalProperties: { type: "string" },
  }),
  /** How many this respondent has handed in. */
  submissions: Type.Integer({ minimum: 0 }),
  showFeedback: Type.Boolean(),
  maximumTotalSubmissionsReached: Type.Boolean(),
  maximumDailySubmissionsReached: Type.Boolean(),
};

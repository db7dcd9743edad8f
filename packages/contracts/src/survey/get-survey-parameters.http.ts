import { Type } from "typebox";
import { CalendarDate, Closed, Nullable, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { JsonObject, SurveyPath } from "./answers.ts";
import { SurveyState } from "./survey-object.ts";

/** Everything a respondent's front end renders from. `state` is the effective one: dates are already applied. */
const SurveyParameters = Closed({
  id: Uuid,
  slug: Type.String(),
  name: Type.String(),
  state: SurveyState,
  localeId: Type.String(),
  languages: Type.Array(Type.String()),
  /** SurveyJS JSON of the version that the respondent's open session has, else of the newest one. */
  definition: JsonObject,
  definitionVersion: Type.Integer({ minimum: 1 }),
  suspensionReason: Nullable(Type.String()),
  supportEmail: Nullable(Type.String()),
  startDate: Nullable(CalendarDate),
  endDate: Nullable(CalendarDate),
  session: Closed({ store: Type.Boolean() }),
  redirect: Nullable(
    Closed({ timer: Type.Integer(), target: Type.Union([Type.Literal("_self"), Type.Literal("_blank")]) }),
  ),
  feedback: Closed({ enabled: Type.Boolean() }),
});

export const getSurveyParameters = operation({
  id: "getSurveyParameters",
  service: "survey",
  method: "GET",
  path: "/surveys/:slug/parameters",
  summary: "What a respondent's front end renders from",
  access: { kind: "respondent" },
  dialect: "intake24",
  params: SurveyPath,
  responses: { 200: SurveyParameters },
  problems: ["survey_not_found"],
});

import { type Static, Type } from "typebox";
import { Closed, Nullable, Uuid } from "../formats.ts";

/** What anybody may know of a survey (Intake24's entry). */
export const PublicSurvey = Closed({
  id: Uuid,
  slug: Type.String(),
  name: Type.String(),
  localeId: Type.String(),
  originatingUrl: Nullable(Type.String()),
  supportEmail: Nullable(Type.String()),
  openAccess: Type.Boolean(),
  authCaptcha: Type.Boolean(),
});
export type PublicSurvey = Static<typeof PublicSurvey>;

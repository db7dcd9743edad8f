import { Type } from "typebox";
import { Closed, Nullable, Uuid } from "../formats.ts";

/** What every respondent event says: ids, no names and no custom fields. */
export const RespondentFacts = Closed({
  survey: Type.String(),
  survey_id: Uuid,
  user_id: Uuid,
  external_user_id: Nullable(Type.String()),
  username: Type.String(),
});

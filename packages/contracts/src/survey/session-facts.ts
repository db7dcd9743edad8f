import { type Static, Type } from "typebox";
import { Closed, Nullable, Uuid } from "../formats.ts";

/** Status words: the same in API, webhook, redirect and browser message. The last six are terminal. */
export const sessionStatuses = [
  "created",
  "opened",
  "in_progress",
  "completed",
  "screened_out",
  "over_quota",
  "declined",
  "cancelled",
  "expired",
] as const;
export type SessionStatus = (typeof sessionStatuses)[number];
export const SessionStatus = Type.Enum(sessionStatuses);

/** What every session event says: ids, status and sequence, no answers. */
export const SessionFacts = Closed({
  session_id: Uuid,
  survey: Type.String(),
  survey_id: Uuid,
  user_id: Uuid,
  external_user_id: Nullable(Type.String()),
  username: Type.String(),
  status: SessionStatus,
  /** Rises with every change of the session's status, so that a receiver can drop what comes late. */
  sequence: Type.Integer({ minimum: 1 }),
  submission_id: Nullable(Uuid),
});
export type SessionFacts = Static<typeof SessionFacts>;

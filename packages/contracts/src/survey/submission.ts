import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import { JsonObject } from "./answers.ts";
import { SessionStatus } from "./session-facts.ts";

/** A submission as the organisation reads it, over HTTP and inside full webhook bodies. */
export const Submission = Closed({
  submission_id: Uuid,
  /** The survey's slug. */
  survey: Type.String(),
  user_id: Uuid,
  external_user_id: Nullable(Type.String()),
  username: Type.String(),
  session_id: Uuid,
  status: SessionStatus,
  /** Answers by question, as the survey's own logic leaves them: hidden questions are empty. */
  data: JsonObject,
  /** The survey's calculated values by name, computed by the server. */
  scores: JsonObject,
  started_at: Instant,
  completed_at: Instant,
});
export type Submission = Static<typeof Submission>;

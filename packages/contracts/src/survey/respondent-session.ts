import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import { JsonObject } from "./answers.ts";
import { SessionStatus } from "./session-facts.ts";

/** A session as its respondent sees it. `data` is what has been saved so far. */
export const RespondentSession = Closed({
  sessionId: Uuid,
  status: SessionStatus,
  sequence: Type.Integer({ minimum: 1 }),
  /** The version of the questions that this session keeps, whatever is published meanwhile. */
  definitionVersion: Type.Integer({ minimum: 1 }),
  data: JsonObject,
  startedAt: Instant,
  expiresAt: Nullable(Instant),
});
export type RespondentSession = Static<typeof RespondentSession>;

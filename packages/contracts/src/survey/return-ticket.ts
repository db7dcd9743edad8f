import { type Static, Type } from "typebox";
import { Closed, Nullable, Uuid } from "../formats.ts";
import { SessionStatus } from "./session-facts.ts";

/** `typ` of a return ticket's header: no other token of the system has it, so none can stand in for another. */
export const returnTicketType = "return-ticket+jwt";

/** `exp` is this long after `iat`. */
export const returnTicketSeconds = 300;

/**
 * Claims of a return ticket (JWT, ES256, `kid` in the JWKS): what happened to whom, told through the respondent's own
 * browser. `iss` is the public URL, `aud` the origin that the respondent is sent to, `sub` the session.
 */
export const ReturnTicketClaims = Closed({
  iss: Type.String(),
  aud: Type.String(),
  sub: Uuid,
  username: Type.String(),
  external_user_id: Nullable(Type.String()),
  /** The survey's slug. */
  survey: Type.String(),
  status: SessionStatus,
  sequence: Type.Integer({ minimum: 1 }),
  /** What the organisation gave with the session, unchanged. */
  state: Nullable(Type.String()),
  submission_id: Nullable(Uuid),
  jti: Uuid,
  iat: Type.Integer(),
  exp: Type.Integer(),
});
export type ReturnTicketClaims = Static<typeof ReturnTicketClaims>;

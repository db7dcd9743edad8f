import { type Static, Type } from "typebox";
import { Uuid } from "../formats.ts";

/**
 * Claims of an action token (`typ` is `uat+jwt`, ES256). `sub` is the user whose data it opens, `client_id` the API key that
 * it was made with and dies with, `scope` words separated by blanks (RFC 9068 section 2.2.3).
 */
export const ActionTokenClaims = Type.Object({
  iss: Type.String(),
  aud: Type.Literal("roundtrip-action"),
  sub: Uuid,
  client_id: Uuid,
  workspace_id: Uuid,
  customer_id: Uuid,
  environment: Type.Union([Type.Literal("live"), Type.Literal("dev")]),
  scope: Type.String({ minLength: 1, maxLength: 1_024 }),
  iat: Type.Integer(),
  exp: Type.Integer(),
  jti: Uuid,
});
export type ActionTokenClaims = Static<typeof ActionTokenClaims>;

/** The longest life an action token may be given: 12 hours. */
export const actionTokenSecondsMax = 43_200;

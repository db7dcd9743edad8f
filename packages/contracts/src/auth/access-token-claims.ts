import { type Static, Type } from "typebox";
import { Closed, Uuid } from "../formats.ts";

/**
 * Claims of an access token (RFC 9068: `typ` is `at+jwt`, ES256, `kid` = RFC 7638 thumbprint). `iss` is the public URL,
 * `aud` is always `roundtrip`. Verified anywhere with the JWKS, no call at all.
 */
const common = {
  iss: Type.String(),
  aud: Type.Literal("roundtrip"),
  client_id: Type.Literal("roundtrip"),
  iat: Type.Integer(),
  exp: Type.Integer(),
  jti: Type.String(),
  /** The sign-in that the token came from. */
  sid: Uuid,
  sub: Uuid,
};

/** `sub` is the respondent's id. `survey_slug` lets the respondent's app find its way after `/a/{token}`. */
export const RespondentClaims = Type.Object({
  ...common,
  kind: Type.Literal("respondent"),
  workspace_id: Uuid,
  survey_id: Uuid,
  survey_slug: Type.String(),
  user_id: Uuid,
});

export const Membership = Closed({
  customer_id: Uuid,
  role: Type.Union([Type.Literal("owner"), Type.Literal("admin"), Type.Literal("viewer")]),
  live: Uuid,
  dev: Uuid,
});

/** `sub` is the account's id; `live` and `dev` are the customer's two workspaces. */
export const AccountClaims = Type.Object({
  ...common,
  kind: Type.Literal("account"),
  operator: Type.Boolean(),
  memberships: Type.Array(Membership, { maxItems: 50 }),
});

export const AccessTokenClaims = Type.Union([RespondentClaims, AccountClaims]);
export type RespondentClaims = Static<typeof RespondentClaims>;
export type AccountClaims = Static<typeof AccountClaims>;
export type AccessTokenClaims = Static<typeof AccessTokenClaims>;

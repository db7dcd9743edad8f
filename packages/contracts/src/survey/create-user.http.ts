import { Type } from "typebox";
import { Closed, Slug, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { AuthenticationUrls, CustomField } from "./respondent-object.ts";

/** A union with null costs the serialiser a validation; this route is the busiest one. */
const NullableText = Type.Unsafe<string | null>({ type: ["string", "null"] });

export const createUser = operation({
  id: "createUser",
  service: "survey",
  method: "POST",
  path: "/surveys/:slug/create-user",
  summary: "Create a respondent from a signed token, or find the one with that username",
  description:
    "The token is a JWT, HS256 or HS512 with the survey's secret. Claims: `username` (1-256 characters), and optionally " +
    "`password`, `name`, `customFields` and `redirectUrl`. A username that exists answers 200 with the same `userId` and " +
    "`authToken`; `name`, `customFields` and `redirectUrl` are replaced where the claim is present, the password never is. " +
    "`aud` and `sub`, when present, must be this server's public URL and the survey's slug.",
  access: { kind: "public" },
  dialect: "intake24",
  params: Closed({ slug: Slug }),
  query: Closed({ expand: Type.Optional(Type.Literal("urls")) }),
  body: Closed({ token: Type.String() }),
  responses: {
    200: Closed({
      userId: Uuid,
      username: Type.String(),
      authToken: Type.String(),
      /** When the token has the claim. */
      redirectUrl: Type.Optional(Type.String()),
      /** When the survey stores names. */
      name: Type.Optional(NullableText),
      /** When the survey stores custom fields. */
      customFields: Type.Optional(Type.Array(CustomField)),
      /** With `?expand=urls`: whether this call made the respondent. */
      created: Type.Optional(Type.Boolean()),
      /** With `?expand=urls`. */
      urls: Type.Optional(AuthenticationUrls),
    }),
  },
  problems: [
    "token_malformed",
    "survey_not_found",
    "user_generation_off",
    "jwt_malformed",
    "jwt_invalid_signature",
    "jwt_invalid_algorithm",
    "jwt_expired",
    "jwt_not_active",
    "jwt_wrong_audience",
    "jwt_wrong_subject",
    "jwt_claim_required",
    "jwt_lifetime_too_long",
    "jwt_already_used",
    "claims_invalid",
  ],
});

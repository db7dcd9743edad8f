import { type Static, Type } from "typebox";
import { Closed } from "../formats.ts";

/** RFC 7662 section 2.2; nothing but `active` when it is false. Times are in seconds. */
export const Introspection = Closed({
  active: Type.Boolean(),
  token_type: Type.Optional(
    Type.Unsafe<"api_key" | "personal_access_token" | "access_token" | "action_token">({
      type: "string",
      enum: ["api_key", "personal_access_token", "access_token", "action_token"],
    }),
  ),
  scope: Type.Optional(Type.String()),
  client_id: Type.Optional(Type.String()),
  sub: Type.Optional(Type.String()),
  aud: Type.Optional(Type.String()),
  iss: Type.Optional(Type.String()),
  jti: Type.Optional(Type.String()),
  exp: Type.Optional(Type.Integer()),
  iat: Type.Optional(Type.Integer()),
  workspace_id: Type.Optional(Type.String()),
});
export type Introspection = Static<typeof Introspection>;

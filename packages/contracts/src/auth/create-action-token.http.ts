import { Type } from "typebox";
import { Closed, Instant, Text, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { ScopeName } from "./api-key.ts";

export const createActionToken = operation({
  id: "createActionToken",
  service: "auth",
  method: "POST",
  path: "/v2/action-tokens",
  summary: "Make a token for one user's data",
  description:
    "For `Authorization: Token`, in a page or an app of yours. Exactly one of `user_id` and `external_user_id`. Its scopes are among the key's own; it dies with the key that made it. 2 hours unless `expires_in` (seconds, 60 to 43,200) says otherwise.",
  access: { kind: "workspace", scope: "tokens:write", role: "admin", callers: ["api_key"] },
  dialect: "v2",
  body: Closed({
    user_id: Type.Optional(Uuid),
    external_user_id: Type.Optional(Text(256)),
    expires_in: Type.Optional(Type.Integer({ minimum: 60, maximum: 43_200 })),
    scopes: Type.Optional(Type.Array(ScopeName, { minItems: 1, uniqueItems: true })),
  }),
  bodyLimitBytes: 16_384,
  responses: { 201: Closed({ token: Type.String(), expires_at: Instant }) },
  problems: ["user_not_found"],
});

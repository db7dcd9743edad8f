import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { Introspection } from "./introspection.ts";

export const introspectToken = operation({
  id: "introspectToken",
  service: "auth",
  method: "POST",
  path: "/v2/tokens/introspect",
  summary: "Ask what a token is worth",
  description:
    "RFC 7662, as a form or as JSON. `active` is false, and nothing else is said, for whatever is unknown, expired, revoked or of another workspace, and for refresh tokens. A key asks about its own workspace, a personal access token about those of its owner.",
  access: { kind: "workspace", scope: "tokens:read", role: "viewer", callers: ["api_key", "personal_access_token"] },
  dialect: "v2",
  body: Closed({
    token: Type.String({ minLength: 1, maxLength: 4_096 }),
    token_type_hint: Type.Optional(Type.String({ maxLength: 64 })),
  }),
  takesForm: true,
  bodyLimitBytes: 16_384,
  responses: { 200: Introspection },
  problems: [],
});

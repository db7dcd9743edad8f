import { Type } from "typebox";
import { Closed, Instant, Name } from "../formats.ts";
import { operation } from "../operation.ts";
import { ScopeName } from "./api-key.ts";
import { CreatedPersonalAccessToken } from "./personal-access-token.ts";

export const createPersonalAccessToken = operation({
  id: "createPersonalAccessToken",
  service: "auth",
  method: "POST",
  path: "/v2/me/personal-access-tokens",
  summary: "Make a token for programs",
  description:
    "It may do what its account may do at the moment of use, within its scopes; it cannot make tokens. From a page it may be used only at the allowed origins of the workspace that `X-Workspace` names. At most 2 years, at most 50 that still work (409); shown this once.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({
    name: Name(128, 3),
    expires_at: Instant,
    scopes: Type.Array(ScopeName, { minItems: 1, uniqueItems: true }),
  }),
  bodyLimitBytes: 16_384,
  responses: { 201: CreatedPersonalAccessToken },
  problems: ["conflict"],
});

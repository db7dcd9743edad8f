import { Type } from "typebox";
import { Closed, Instant, Name } from "../formats.ts";
import { operation } from "../operation.ts";
import { CreatedApiKey, EnvironmentName, ScopeName } from "./api-key.ts";

export const createApiKey = operation({
  id: "createApiKey",
  service: "auth",
  method: "POST",
  path: "/v2/api-keys",
  summary: "Create an API key",
  description:
    "For the live or the dev workspace of the customer in hand, whichever of the two `X-Workspace` names. Without `scopes` the " +
    "key gets all of them, without `expires_at` it lasts until it is revoked. The key is shown this once. A workspace has at most 100 that work; the next is a 409.",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  body: Closed({
    name: Name(128),
    environment: EnvironmentName,
    scopes: Type.Optional(Type.Array(ScopeName, { minItems: 1, uniqueItems: true })),
    expires_at: Type.Optional(Instant),
  }),
  responses: { 201: CreatedApiKey },
  problems: ["invalid_request", "conflict"],
});

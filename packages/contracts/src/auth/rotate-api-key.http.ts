import { Type } from "typebox";
import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { CreatedApiKey } from "./api-key.ts";

export const rotateApiKey = operation({
  id: "rotateApiKey",
  service: "auth",
  method: "POST",
  path: "/v2/api-keys/:api_key_id/rotate",
  summary: "Replace an API key",
  description:
    "The new key has the name, environment and scopes of the old one, and as long a life as that one was given. The old one works for `overlap_seconds` more (at most 30 days), never beyond its own expiry, and the action tokens made with it end with it. A key is replaced once: 409 while a replaced one still works, 404 for a revoked or expired one.",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  params: Closed({ api_key_id: Uuid }),
  body: Closed({ overlap_seconds: Type.Integer({ minimum: 0, maximum: 2_592_000 }) }),
  bodyLimitBytes: 16_384,
  responses: { 201: CreatedApiKey },
  problems: ["api_key_not_found", "conflict"],
});

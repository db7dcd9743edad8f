import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const revokeApiKey = operation({
  id: "revokeApiKey",
  service: "auth",
  method: "DELETE",
  path: "/v2/api-keys/:api_key_id",
  summary: "Revoke an API key",
  description: "Works at once, everywhere.",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  params: Closed({ api_key_id: Uuid }),
  responses: { 204: null },
  problems: ["api_key_not_found"],
});

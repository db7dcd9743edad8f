import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const revokePersonalAccessToken = operation({
  id: "revokePersonalAccessToken",
  service: "auth",
  method: "DELETE",
  path: "/v2/me/personal-access-tokens/:personal_access_token_id",
  summary: "Revoke a token for programs",
  description: "Refused by every service within a second.",
  access: { kind: "account" },
  dialect: "v2",
  params: Closed({ personal_access_token_id: Uuid }),
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["personal_access_token_not_found"],
});

import { operation } from "../operation.ts";

export const removeOidcLink = operation({
  id: "removeOidcLink",
  service: "auth",
  method: "DELETE",
  path: "/v2/me/oidc",
  summary: "Unlink the account from the provider",
  description: "Ends the account's other sign-ins, which may have come that way.",
  access: { kind: "account" },
  dialect: "v2",
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["oidc_not_linked", "last_way_in"],
});

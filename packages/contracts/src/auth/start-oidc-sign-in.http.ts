import { operation } from "../operation.ts";

export const startOidcSignIn = operation({
  id: "startOidcSignIn",
  service: "auth",
  method: "GET",
  path: "/signin/oidc",
  summary: "Sign in with the organisation's own provider",
  description: "A redirect to the OpenID provider (authorization code with PKCE). 404 where none is configured.",
  access: { kind: "public" },
  dialect: "intake24",
  responses: { 302: null },
  problems: ["oidc_not_configured", "rate_limited"],
});

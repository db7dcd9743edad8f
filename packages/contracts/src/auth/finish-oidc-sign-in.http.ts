import { Type } from "typebox";
import { operation } from "../operation.ts";

export const finishOidcSignIn = operation({
  id: "finishOidcSignIn",
  service: "auth",
  method: "GET",
  path: "/signin/oidc/callback",
  summary: "Where the OpenID provider sends people back",
  description:
    "Sets the refresh cookie and redirects to the start page, as it does after linking. An identity that no account is linked to is refused; 409 when it is to be linked and one of the two is linked otherwise.",
  access: { kind: "public" },
  dialect: "intake24",
  query: Type.Record(Type.String(), Type.String({ maxLength: 4_096 })),
  responses: { 302: null },
  problems: ["oidc_not_configured", "sign_in_failed", "identity_taken", "rate_limited"],
});

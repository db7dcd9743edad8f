import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { Password } from "./password.ts";

export const startOidcLink = operation({
  id: "startOidcLink",
  service: "auth",
  method: "POST",
  path: "/v2/me/oidc",
  summary: "Link the account with the organisation's own provider",
  description: "Send the browser to `url`; afterwards the account signs in with the provider, too.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ password: Type.Optional(Password) }),
  bodyLimitBytes: 16_384,
  responses: { 200: Closed({ url: Type.String() }) },
  problems: ["oidc_not_configured", "password_wrong", "rate_limited"],
});

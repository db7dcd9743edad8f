import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { LinkToken } from "./link-token.ts";
import { Password } from "./password.ts";

export const resetPassword = operation({
  id: "resetPassword",
  service: "auth",
  method: "POST",
  path: "/password-reset/:token",
  summary: "Set a new password",
  description: "Spends the link and ends every sign-in of the account. A second factor stays on.",
  access: { kind: "public" },
  dialect: "v2",
  params: Closed({ token: LinkToken }),
  body: Closed({ password: Password }),
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["link_not_found", "password_refused", "rate_limited"],
});

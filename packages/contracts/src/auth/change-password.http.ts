import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { Password } from "./password.ts";

export const changePassword = operation({
  id: "changePassword",
  service: "auth",
  method: "POST",
  path: "/v2/me/password",
  summary: "Change the account's password",
  description:
    "Ends every other sign-in of the account. 15 characters or more, 8 with a second factor; common and guessable ones are refused with the reason.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ current_password: Password, password: Password }),
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["password_wrong", "password_refused", "rate_limited"],
});

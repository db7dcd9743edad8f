import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { OneTimeCode } from "./second-factor.ts";

export const removeTotp = operation({
  id: "removeTotp",
  service: "auth",
  method: "DELETE",
  path: "/v2/me/totp",
  summary: "Turn the second factor off",
  description: "With a code or a recovery code. Refused while the password is too short to stand alone.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ otp: OneTimeCode }),
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["code_refused", "totp_not_on", "second_factor_needed", "rate_limited"],
});

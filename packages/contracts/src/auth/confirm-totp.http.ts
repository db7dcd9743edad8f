import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { OneTimeCode, RecoveryCodes } from "./second-factor.ts";

export const confirmTotp = operation({
  id: "confirmTotp",
  service: "auth",
  method: "POST",
  path: "/v2/me/totp/confirm",
  summary: "Turn the second factor on",
  description: "With a code of the new seed. Answers ten recovery codes, this once; each works once instead of a code.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ otp: OneTimeCode }),
  bodyLimitBytes: 16_384,
  responses: { 200: RecoveryCodes },
  problems: ["code_refused", "totp_already_on", "totp_not_started", "rate_limited"],
});

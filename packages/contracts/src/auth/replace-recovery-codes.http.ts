import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { OneTimeCode, RecoveryCodes } from "./second-factor.ts";

export const replaceRecoveryCodes = operation({
  id: "replaceRecoveryCodes",
  service: "auth",
  method: "POST",
  path: "/v2/me/totp/recovery-codes",
  summary: "Make new recovery codes",
  description: "With a code or one of the old recovery codes. All old ones stop working.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ otp: OneTimeCode }),
  bodyLimitBytes: 16_384,
  responses: { 200: RecoveryCodes },
  problems: ["code_refused", "totp_not_on", "rate_limited"],
});

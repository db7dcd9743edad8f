import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { PasskeyChallenge } from "./passkey.ts";
import { Password } from "./password.ts";
import { OneTimeCode } from "./second-factor.ts";

export const startPasskeyRegistration = operation({
  id: "startPasskeyRegistration",
  service: "auth",
  method: "POST",
  path: "/v2/me/passkeys/options",
  summary: "Begin to register a passkey",
  description:
    "`options` go to `navigator.credentials.create()` (WebAuthn Level 3, JSON form); good for 5 minutes, once. " +
    "`password` is needed by an account that has one, and `otp` by one with a second factor, because a passkey signs in " +
    "without it; an account without a password must have signed in within the last ten minutes.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ password: Type.Optional(Password), otp: Type.Optional(OneTimeCode) }),
  bodyLimitBytes: 16_384,
  responses: { 200: PasskeyChallenge },
  problems: ["password_wrong", "code_refused", "sign_in_too_old", "too_many_passkeys", "rate_limited"],
});

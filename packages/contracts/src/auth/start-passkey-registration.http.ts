import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { PasskeyChallenge } from "./passkey.ts";
import { Password } from "./password.ts";

export const startPasskeyRegistration = operation({
  id: "startPasskeyRegistration",
  service: "auth",
  method: "POST",
  path: "/v2/me/passkeys/options",
  summary: "Begin to register a passkey",
  description:
    "`options` go to `navigator.credentials.create()` (WebAuthn Level 3, JSON form); good for 5 minutes. `password` is needed by an account that has one.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ password: Type.Optional(Password) }),
  bodyLimitBytes: 16_384,
  responses: { 200: PasskeyChallenge },
  problems: ["password_wrong", "rate_limited"],
});

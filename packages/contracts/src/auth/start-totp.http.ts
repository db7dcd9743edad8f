import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { Password } from "./password.ts";

export const startTotp = operation({
  id: "startTotp",
  service: "auth",
  method: "POST",
  path: "/v2/me/totp",
  summary: "Begin with a second factor",
  description:
    "The seed, once, as Base32 and as the address that authenticator apps read (RFC 6238: SHA-1, 6 digits, 30 s). It counts from its confirmation on. " +
    "`password` is needed by an account that has one; any other must have signed in within the last ten minutes.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ password: Type.Optional(Password) }),
  bodyLimitBytes: 16_384,
  responses: { 201: Closed({ secret: Type.String(), otpauth_url: Type.String() }) },
  problems: ["password_wrong", "sign_in_too_old", "totp_already_on", "rate_limited"],
});

import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { CredentialText, DeliveryQuery, PasswordText, SignInAnswer } from "./sign-in-answer.ts";

export const signInAccount = operation({
  id: "signInAccount",
  service: "auth",
  method: "POST",
  path: "/signin",
  summary: "Sign in with a staff account",
  description:
    "Every failure is the same 401 in about the same time. With `?delivery=cookie` the answer is `{accessToken}` and the " +
    "refresh token comes as an httpOnly cookie that each refresh rotates. `otp`: six digits of the second factor or a recovery " +
    "code; 401 `otp_required` says that the password is right and the code is missing.",
  access: { kind: "public" },
  dialect: "intake24",
  query: DeliveryQuery,
  body: Closed({ email: CredentialText(320), password: PasswordText, otp: Type.Optional(CredentialText(64)) }),
  bodyLimitBytes: 16_384,
  responses: { 200: SignInAnswer },
  problems: ["sign_in_failed", "otp_required", "otp_invalid", "cross_site_request", "rate_limited"],
});

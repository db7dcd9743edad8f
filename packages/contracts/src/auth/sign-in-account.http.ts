import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { CredentialText, DeliveryQuery, SignInAnswer } from "./sign-in-answer.ts";

export const signInAccount = operation({
  id: "signInAccount",
  service: "auth",
  method: "POST",
  path: "/signin",
  summary: "Sign in with a staff account",
  description:
    "Every failure is the same 401 in about the same time. With `?delivery=cookie` the answer is `{accessToken}` and the " +
    "refresh token comes as an httpOnly cookie that each refresh rotates.",
  access: { kind: "public" },
  dialect: "intake24",
  query: DeliveryQuery,
  body: Closed({ email: CredentialText(320), password: CredentialText(1_024), otp: Type.Optional(CredentialText(32)) }),
  bodyLimitBytes: 16_384,
  responses: { 200: SignInAnswer },
  problems: ["sign_in_failed", "cross_site_request"],
});

import { Problem } from "@roundtrip/http-problem/problem";
import { isCommonPassword } from "./common-passwords.ts";
import { type PasswordUse, refusePassword } from "./password-policy.rules.ts";

/** Throws `password_refused` with the reason. */
export const checkNewPassword = (password: string, use: PasswordUse): void => {
  const refusal = refusePassword(password, use, isCommonPassword);
  if (refusal === null) return;
  throw new Problem("password_refused", {
    detail: [{ loc: ["body", "password"], msg: refusal, type: "password_refused" }],
  });
};

import { Problem } from "@roundtrip/http-problem/problem";
import { isCommonPassword } from "./common-passwords.ts";
import { type PasswordUse, refusePassword } from "./password-policy.rules.ts";

/** Throws `password_refused` with the reason. */
export const checkNewPassword = (password: string, use: PasswordUse): void => {
  const refusal = refusePassword(password, use, isCommonPassword);
  if (refusal !== null) throw passwordRefused(refusal);
};

/** Throws `password_refused` when a change would change nothing: passwords are compared in NFKC. */
export const checkOtherPassword = (password: string, current: string): void => {
  if (password.normalize("NFKC") === current.normalize("NFKC")) throw passwordRefused("is the password as it is now");
};

const passwordRefused = (msg: string): Problem =>
  new Problem("password_refused", { detail: [{ loc: ["body", "password"], msg, type: "password_refused" }] });

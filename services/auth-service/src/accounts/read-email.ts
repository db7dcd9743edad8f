import { Problem } from "@roundtrip/http-problem/problem";
import { type Email, parseEmail } from "./email.rules.ts";

/** Throws `invalid_request` naming the member. */
export const readEmail = (text: string, member: string): Email => {
  const email = parseEmail(text);
  if (email) return email;
  throw new Problem("invalid_request", {
    detail: [{ loc: ["body", member], msg: "must be an e-mail address", type: "invalid_format" }],
  });
};

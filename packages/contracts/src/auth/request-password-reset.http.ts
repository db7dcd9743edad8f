import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";

export const requestPasswordReset = operation({
  id: "requestPasswordReset",
  service: "auth",
  method: "POST",
  path: "/password-reset",
  summary: "Ask for a link to set a new password",
  description:
    "202 whether there is such an account or not; the mail goes to the stored address. The link lasts 30 minutes.",
  access: { kind: "public" },
  dialect: "v2",
  body: Closed({ email: Type.String({ minLength: 1, maxLength: 320 }) }),
  bodyLimitBytes: 16_384,
  responses: { 202: null },
  problems: ["rate_limited"],
});

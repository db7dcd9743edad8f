import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { DeliveryQuery, SignInAnswer } from "./sign-in-answer.ts";

export const signInWithToken = operation({
  id: "signInWithToken",
  service: "auth",
  method: "POST",
  path: "/signin/token/:token",
  summary: "Sign in as a respondent with a personal authentication token",
  description: "The token of an authentication URL. The body is empty. A GET never signs anybody in.",
  access: { kind: "public" },
  dialect: "intake24",
  // As long as a path parameter may be at all: a token that cannot be one is refused like any other wrong one.
  params: Closed({ token: Type.String({ minLength: 1, maxLength: 8_192 }) }),
  query: DeliveryQuery,
  bodyLimitBytes: 16_384,
  responses: { 200: SignInAnswer },
  problems: ["sign_in_failed", "cross_site_request", "rate_limited"],
});

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
  params: Closed({ token: Type.String({ minLength: 1, maxLength: 256 }) }),
  query: DeliveryQuery,
  bodyLimitBytes: 16_384,
  responses: { 200: SignInAnswer },
  problems: ["sign_in_failed", "cross_site_request"],
});

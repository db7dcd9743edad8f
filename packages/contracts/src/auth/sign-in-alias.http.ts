import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { CredentialText, DeliveryQuery, PasswordText, SignInAnswer } from "./sign-in-answer.ts";

export const signInAlias = operation({
  id: "signInAlias",
  service: "auth",
  method: "POST",
  path: "/signin/alias",
  summary: "Sign in as a respondent with username and password",
  description: "`surveyId` is the survey's slug or id. Usernames are unique within a survey.",
  access: { kind: "public" },
  dialect: "intake24",
  query: DeliveryQuery,
  body: Closed({ surveyId: CredentialText(128), userName: CredentialText(256), password: PasswordText }),
  bodyLimitBytes: 16_384,
  responses: { 200: SignInAnswer },
  problems: ["sign_in_failed", "cross_site_request", "rate_limited"],
});

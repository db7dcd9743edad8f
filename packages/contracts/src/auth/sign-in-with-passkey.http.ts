import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { WebAuthnResponse } from "./passkey.ts";
import { DeliveryQuery, SignInAnswer } from "./sign-in-answer.ts";

export const signInWithPasskey = operation({
  id: "signInWithPasskey",
  service: "auth",
  method: "POST",
  path: "/signin/passkey",
  summary: "Sign in with a passkey",
  description: "No second factor is asked: the authenticator has verified its user.",
  access: { kind: "public" },
  dialect: "intake24",
  query: DeliveryQuery,
  body: Closed({ challengeId: Uuid, response: WebAuthnResponse }),
  bodyLimitBytes: 16_384,
  responses: { 200: SignInAnswer },
  problems: ["sign_in_failed", "cross_site_request", "rate_limited"],
});

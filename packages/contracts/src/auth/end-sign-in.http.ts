import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const endSignIn = operation({
  id: "endSignIn",
  service: "auth",
  method: "DELETE",
  path: "/v2/me/sign-ins/:sign_in_id",
  summary: "Sign out remotely",
  description: "The refresh token is dead at once; an access token of it within its life.",
  access: { kind: "account" },
  dialect: "v2",
  params: Closed({ sign_in_id: Uuid }),
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["sign_in_not_found"],
});

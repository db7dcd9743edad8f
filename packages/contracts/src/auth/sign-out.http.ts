import { operation } from "../operation.ts";
import { DeliveryQuery } from "./sign-in-answer.ts";

export const signOut = operation({
  id: "signOut",
  service: "auth",
  method: "POST",
  path: "/signout",
  summary: "End the sign-in that a refresh token belongs to",
  description:
    "The refresh token is in `X-Auth-Token`, or in the cookie with `?delivery=cookie`, which is then removed. A sign-in that " +
    "has ended already is a 204 as well.",
  access: { kind: "public" },
  dialect: "intake24",
  query: DeliveryQuery,
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["unauthorized", "cross_site_request"],
});

import { operation } from "../operation.ts";
import { AccessTokenAnswer, DeliveryQuery } from "./sign-in-answer.ts";

export const refreshAccess = operation({
  id: "refreshAccess",
  service: "auth",
  method: "POST",
  path: "/refresh",
  summary: "Get a new access token for a refresh token",
  description:
    "The refresh token is in `X-Auth-Token`, the body is empty, and the token stays the same. With `?delivery=cookie` it is in " +
    "the cookie and is rotated: the one before it answers the same once more for 15 s, as long as its successor is unused; " +
    "any older one ends the sign-in.",
  access: { kind: "public" },
  dialect: "intake24",
  query: DeliveryQuery,
  bodyLimitBytes: 16_384,
  responses: { 200: AccessTokenAnswer },
  problems: ["unauthorized", "cross_site_request", "rate_limited"],
});

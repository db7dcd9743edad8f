import { Closed, Document } from "../formats.ts";
import { operation } from "../operation.ts";
import { LinkToken } from "./link-token.ts";

export const getPasswordResetPage = operation({
  id: "getPasswordResetPage",
  service: "auth",
  method: "GET",
  path: "/password-reset/:token",
  summary: "The page behind the link in a reset mail",
  description: "Looking at it spends nothing. 404 is a page as well: the link is unknown, used or too old.",
  access: { kind: "public" },
  dialect: "v2",
  params: Closed({ token: LinkToken }),
  responses: { 200: Document("text/html"), 404: Document("text/html") },
  problems: [],
});

import { Closed, Document } from "../formats.ts";
import { operation } from "../operation.ts";
import { LinkToken } from "./link-token.ts";

export const getInvitationPage = operation({
  id: "getInvitationPage",
  service: "auth",
  method: "GET",
  path: "/invitations/:token",
  summary: "The page behind the link in an invitation",
  description: "Looking at it spends nothing. 404 is a page as well: the link is unknown, used or too old.",
  access: { kind: "public" },
  dialect: "v2",
  params: Closed({ token: LinkToken }),
  responses: { 200: Document("text/html"), 404: Document("text/html") },
  problems: [],
});

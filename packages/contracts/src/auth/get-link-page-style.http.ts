import { Document } from "../formats.ts";
import { operation } from "../operation.ts";

export const getLinkPageStyle = operation({
  id: "getLinkPageStyle",
  service: "auth",
  method: "GET",
  path: "/password-reset/page.css",
  summary: "The stylesheet of the pages behind mailed links",
  access: { kind: "public" },
  dialect: "v2",
  responses: { 200: Document("text/css") },
  problems: [],
});

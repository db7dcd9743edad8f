import { Document } from "../formats.ts";
import { operation } from "../operation.ts";

export const getLinkPageScript = operation({
  id: "getLinkPageScript",
  service: "auth",
  method: "GET",
  path: "/password-reset/page.js",
  summary: "The script of the pages behind mailed links",
  access: { kind: "public" },
  dialect: "v2",
  responses: { 200: Document("text/javascript") },
  problems: [],
});

import { getLinkPageScript } from "@roundtrip/contracts/auth/get-link-page-script.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { linkPageScript } from "./link-page-assets.rules.ts";

export const createGetLinkPageScriptRoute = (): Route =>
  route(getLinkPageScript, async () => ({
    status: 200,
    body: linkPageScript,
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=300",
      "cross-origin-resource-policy": "same-origin",
    },
  }));

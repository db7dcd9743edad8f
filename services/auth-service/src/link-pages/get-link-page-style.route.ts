import { getLinkPageStyle } from "@roundtrip/contracts/auth/get-link-page-style.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { linkPageStyle } from "./link-page-assets.rules.ts";

export const createGetLinkPageStyleRoute = (): Route =>
  route(getLinkPageStyle, async () => ({
    status: 200,
    body: linkPageStyle,
    headers: {
      "content-type": "text/css; charset=utf-8",
      "cache-control": "public, max-age=300",
      "cross-origin-resource-policy": "same-origin",
    },
  }));

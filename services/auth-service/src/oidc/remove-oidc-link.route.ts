import { removeOidcLink as operation } from "@roundtrip/contracts/auth/remove-oidc-link.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { removeOidcLink, type UnlinkDeps } from "./remove-oidc-link.ts";

export const createRemoveOidcLinkRoute = (deps: UnlinkDeps): Route =>
  route(operation, async ({ caller, address, requestId }) => {
    await removeOidcLink(deps, caller, { address, requestId });
    return { status: 204, body: null };
  });

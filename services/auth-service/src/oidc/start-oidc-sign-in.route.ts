import { startOidcSignIn as operation } from "@roundtrip/contracts/auth/start-oidc-sign-in.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { CookieSettings } from "../sign-ins/refresh-cookie.rules.ts";
import { addLimitHeaders } from "../throttling/add-limit-headers.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { oidcSignInLimit } from "../throttling/limit-policies.rules.ts";
import { oidcCookie } from "./oidc-cookie.rules.ts";
import { type StartOidcDeps, startOidcSignIn } from "./start-oidc-sign-in.ts";

export const createStartOidcSignInRoute = (
  deps: StartOidcDeps & AddressLimitDeps & { readonly cookie: CookieSettings },
): Route =>
  route(operation, async ({ address, requestId }) => {
    const headers = await limitAddress(deps, oidcSignInLimit, { address, requestId });
    return addLimitHeaders(headers, async () => {
      const { url, binding } = await startOidcSignIn(deps);
      const cookie = oidcCookie(deps.cookie.secure, binding);
      return { status: 302 as const, body: null, headers: { location: url, "set-cookie": cookie } };
    });
  });

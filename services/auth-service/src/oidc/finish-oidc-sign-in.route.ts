import { finishOidcSignIn as operation } from "@roundtrip/contracts/auth/finish-oidc-sign-in.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { CookieSettings } from "../sign-ins/refresh-cookie.rules.ts";
import { answerSignIn, readSource } from "../sign-ins/sign-in-answer.ts";
import { addLimitHeaders } from "../throttling/add-limit-headers.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { oidcSignInLimit } from "../throttling/limit-policies.rules.ts";
import { type FinishOidcDeps, finishOidcSignIn } from "./finish-oidc-sign-in.ts";
import { clearedOidcCookie, readOidcCookie } from "./oidc-cookie.rules.ts";

/**
 * The browser comes from the provider's site, so this is the one place where the cookie flavour is given to another site's
 * navigation: what the round trip's own cookie is for (RFC 9700 section 4.7.1).
 */
export const createFinishOidcSignInRoute = (
  deps: FinishOidcDeps & AddressLimitDeps & { readonly cookie: CookieSettings },
): Route =>
  route(operation, async (input) => {
    const source = { ...readSource(deps.cookie, { ...input, query: {} }), flavour: "cookie" } as const;
    const headers = await limitAddress(deps, oidcSignInLimit, source);
    return addLimitHeaders(headers, async () => {
      const binding = readOidcCookie(deps.cookie.secure, input.cookies);
      const opened = await finishOidcSignIn(deps, { query: input.query, binding }, source);
      const signedIn = opened ? answerSignIn(deps.cookie, opened).headers["set-cookie"] : [];
      const cookies = [clearedOidcCookie(deps.cookie.secure), ...[signedIn ?? []].flat()];
      return { status: 302 as const, body: null, headers: { location: "/", "set-cookie": cookies } };
    });
  });

import { Problem } from "@roundtrip/http-problem/problem";
import type { CookieTokens, OpenedSignIn, SignInSource } from "./open-sign-in.ts";
import { type CookieSettings, deviceCookie, isCrossSite, refreshCookie } from "./refresh-cookie.rules.ts";

interface Asked {
  readonly query: { readonly delivery?: "cookie" };
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly address: string;
  readonly requestId: string;
  readonly cookies: Readonly<Record<string, string | undefined>>;
}

/**
 * Which flavour is asked for, and from where. Throws `cross_site_request` when another site's page asks for the cookie
 * flavour: it could otherwise sign its visitor in as somebody else, or use the visitor's cookie.
 */
export const readSource = (settings: CookieSettings, asked: Asked): SignInSource => {
  const { query, headers, address, requestId, cookies } = asked;
  const flavour = query.delivery === "cookie" ? "cookie" : "header";
  if (flavour === "cookie" && isCrossSite(settings, headers)) throw new Problem("cross_site_request");
  const userAgent = headers["user-agent"];
  return {
    flavour,
    address,
    userAgent: typeof userAgent === "string" ? userAgent : null,
    requestId,
    deviceCookie: cookies[settings.deviceName] ?? null,
  };
};

type Headers = Readonly<Record<string, string | readonly string[]>>;
type Answer<B> = { readonly status: 200; readonly body: B; readonly headers: Headers };

/** Header flavour: the refresh token in the body. Cookie flavour: the access token in the body, the other as a cookie. */
export const answerSignIn = (
  settings: CookieSettings,
  opened: OpenedSignIn,
): Answer<{ refreshToken: string } | { accessToken: string }> =>
  opened.flavour === "cookie"
    ? {
        status: 200,
        body: { accessToken: opened.accessToken },
        headers: {
          "cache-control": "no-store",
          "set-cookie": [
            refreshCookie(settings, opened.refreshToken, opened.maxAgeSeconds),
            deviceCookie(settings, opened.deviceToken),
          ],
        },
      }
    : {
        status: 200,
        body: { refreshToken: opened.refreshToken },
        headers: { "cache-control": "no-store" },
      };

export const answerWithCookie = (
  settings: CookieSettings,
  tokens: CookieTokens,
  headers: Headers = {},
): Answer<{ accessToken: string }> => ({
  status: 200,
  body: { accessToken: tokens.accessToken },
  headers: {
    ...headers,
    "cache-control": "no-store",
    "set-cookie": refreshCookie(settings, tokens.refreshToken, tokens.maxAgeSeconds),
  },
});

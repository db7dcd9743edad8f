import { refreshAccess as operation } from "@roundtrip/contracts/auth/refresh-access.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { CookieTokens } from "./open-sign-in.ts";
import { refreshAccess } from "./refresh-access.ts";
import type { CookieSettings } from "./refresh-cookie.rules.ts";
import { type RotationDeps, rotateRefreshToken } from "./rotate-refresh-token.ts";
import { answerWithCookie, readSource } from "./sign-in-answer.ts";
import { createSingleFlight } from "./single-flight.ts";

/**
 * A refused refresh never clears the cookie: it may be the loser of a race, or from before a new sign-in, and the cookie
 * that it would clear is the good one.
 */
export const createRefreshAccessRoute = (
  given: Omit<RotationDeps, "rotations"> & { readonly cookie: CookieSettings },
): Route => {
  const deps = { ...given, rotations: createSingleFlight<CookieTokens | string>() };
  return route(operation, async (input) => {
    const source = readSource(deps.cookie, input);
    if (source.flavour === "cookie") {
      const { tokens, headers } = await rotateRefreshToken(deps, input.cookies[deps.cookie.name], source);
      return answerWithCookie(deps.cookie, tokens, headers);
    }
    const token = input.headers["x-auth-token"];
    const refreshed = await refreshAccess(deps, typeof token === "string" ? token : undefined, source);
    const headers = { ...refreshed.headers, "cache-control": "no-store" };
    return { status: 200, body: { accessToken: refreshed.tokens }, headers };
  });
};

import { signOut as operation } from "@roundtrip/contracts/auth/sign-out.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import { type CookieSettings, clearedRefreshCookie } from "./refresh-cookie.rules.ts";
import { readSource } from "./sign-in-answer.ts";
import { type SignOutDeps, signOut } from "./sign-out.ts";

/** A browser without a good cookie is signed out already; a program without a good token has a mistake to find. */
export const createSignOutRoute = (deps: SignOutDeps & { readonly cookie: CookieSettings }): Route =>
  route(operation, async (input) => {
    const source = readSource(deps.cookie, input);
    if (source.flavour === "cookie") {
      await signOut(deps, input.cookies[deps.cookie.name], source);
      return { status: 204, body: null, headers: { "set-cookie": clearedRefreshCookie(deps.cookie) } };
    }
    const token = input.headers["x-auth-token"];
    if (!(await signOut(deps, typeof token === "string" ? token : undefined, source)))
      throw new Problem("unauthorized");
    return { status: 204, body: null };
  });

import { startOidcLink as operation } from "@roundtrip/contracts/auth/start-oidc-link.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { CookieSettings } from "../sign-ins/refresh-cookie.rules.ts";
import { oidcCookie } from "./oidc-cookie.rules.ts";
import { type StartLinkDeps, startOidcLink } from "./start-oidc-link.ts";

export const createStartOidcLinkRoute = (deps: StartLinkDeps & { readonly cookie: CookieSettings }): Route =>
  route(operation, async ({ caller, body }) => {
    const { accountId, signInId } = caller;
    const { url, binding } = await startOidcLink(deps, { accountId, signInId }, body.password);
    return { status: 200, body: { url }, headers: { "set-cookie": oidcCookie(deps.cookie.secure, binding) } };
  });

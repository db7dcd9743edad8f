import { signInAlias as operation } from "@roundtrip/contracts/auth/sign-in-alias.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { addLimitHeaders } from "../throttling/add-limit-headers.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { passwordSignInLimit } from "../throttling/limit-policies.rules.ts";
import type { CookieSettings } from "./refresh-cookie.rules.ts";
import { type SignInAliasDeps, signInAlias } from "./sign-in-alias.ts";
import { answerSignIn, readSource } from "./sign-in-answer.ts";

export const createSignInAliasRoute = (
  deps: SignInAliasDeps & AddressLimitDeps & { readonly cookie: CookieSettings },
): Route =>
  route(operation, async (input) => {
    const source = readSource(deps.cookie, input);
    const headers = await limitAddress(deps, passwordSignInLimit, source);
    return addLimitHeaders(headers, async () => answerSignIn(deps.cookie, await signInAlias(deps, input.body, source)));
  });

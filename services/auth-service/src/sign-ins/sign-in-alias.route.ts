import { signInAlias as operation } from "@roundtrip/contracts/auth/sign-in-alias.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { CookieSettings } from "./refresh-cookie.rules.ts";
import { type SignInAliasDeps, signInAlias } from "./sign-in-alias.ts";
import { answerSignIn, readSource } from "./sign-in-answer.ts";

export const createSignInAliasRoute = (deps: SignInAliasDeps & { readonly cookie: CookieSettings }): Route =>
  route(operation, async (input) => {
    const source = readSource(deps.cookie, input);
    return answerSignIn(deps.cookie, source, await signInAlias(deps, input.body, source));
  });

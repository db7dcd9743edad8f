import { signInAccount as operation } from "@roundtrip/contracts/auth/sign-in-account.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { CookieSettings } from "./refresh-cookie.rules.ts";
import { type SignInAccountDeps, signInAccount } from "./sign-in-account.ts";
import { answerSignIn, readSource } from "./sign-in-answer.ts";

export const createSignInAccountRoute = (deps: SignInAccountDeps & { readonly cookie: CookieSettings }): Route =>
  route(operation, async (input) => {
    const source = readSource(deps.cookie, input);
    return answerSignIn(deps.cookie, source, await signInAccount(deps, input.body, source));
  });

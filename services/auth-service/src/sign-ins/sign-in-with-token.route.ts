import { signInWithToken as operation } from "@roundtrip/contracts/auth/sign-in-with-token.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { addLimitHeaders } from "../throttling/add-limit-headers.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { tokenSignInLimit } from "../throttling/limit-policies.rules.ts";
import type { CookieSettings } from "./refresh-cookie.rules.ts";
import { answerSignIn, readSource } from "./sign-in-answer.ts";
import { type SignInWithTokenDeps, signInWithToken } from "./sign-in-with-token.ts";

export const createSignInWithTokenRoute = (
  deps: SignInWithTokenDeps & AddressLimitDeps & { readonly cookie: CookieSettings },
): Route =>
  route(operation, async (input) => {
    const source = readSource(deps.cookie, input);
    const headers = await limitAddress(deps, tokenSignInLimit, source);
    return addLimitHeaders(headers, async () =>
      answerSignIn(deps.cookie, await signInWithToken(deps, input.params.token, source)),
    );
  });

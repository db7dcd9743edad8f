import { signInAccount as operation } from "@roundtrip/contracts/auth/sign-in-account.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { addLimitHeaders } from "../throttling/add-limit-headers.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { passwordSignInLimit } from "../throttling/limit-policies.rules.ts";
import type { CookieSettings } from "./refresh-cookie.rules.ts";
import { type SignInAccountDeps, signInAccount } from "./sign-in-account.ts";
import { answerSignIn, readSource } from "./sign-in-answer.ts";

export const createSignInAccountRoute = (
  deps: SignInAccountDeps & AddressLimitDeps & { readonly cookie: CookieSettings },
): Route =>
  route(operation, async (input) => {
    const source = readSource(deps.cookie, input);
    const headers = await limitAddress(deps, passwordSignInLimit, source);
    return addLimitHeaders(headers, async () =>
      answerSignIn(deps.cookie, await signInAccount(deps, input.body, source)),
    );
  });

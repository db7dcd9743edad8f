import { signInWithPasskey as operation } from "@roundtrip/contracts/auth/sign-in-with-passkey.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { CookieSettings } from "../sign-ins/refresh-cookie.rules.ts";
import { answerSignIn, readSource } from "../sign-ins/sign-in-answer.ts";
import { addLimitHeaders } from "../throttling/add-limit-headers.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { passkeySignInLimit } from "../throttling/limit-policies.rules.ts";
import { type PasskeySignInDeps, signInWithPasskey } from "./sign-in-with-passkey.ts";

export const createSignInWithPasskeyRoute = (
  deps: PasskeySignInDeps & AddressLimitDeps & { readonly cookie: CookieSettings },
): Route =>
  route(operation, async (input) => {
    const source = readSource(deps.cookie, input);
    const headers = await limitAddress(deps, passkeySignInLimit, source);
    return addLimitHeaders(headers, async () =>
      answerSignIn(deps.cookie, await signInWithPasskey(deps, input.body, source)),
    );
  });

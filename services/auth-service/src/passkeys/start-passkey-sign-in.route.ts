import { startPasskeySignIn as operation } from "@roundtrip/contracts/auth/start-passkey-sign-in.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { passkeySignInLimit } from "../throttling/limit-policies.rules.ts";
import { type StartPasskeySignInDeps, startPasskeySignIn } from "./start-passkey-sign-in.ts";

export const createStartPasskeySignInRoute = (deps: StartPasskeySignInDeps & AddressLimitDeps): Route =>
  route(operation, async ({ address, requestId }) => {
    const headers = await limitAddress(deps, passkeySignInLimit, { address, requestId });
    const { challengeId, options } = await startPasskeySignIn(deps);
    return { status: 200, body: { challengeId, options: { ...options } }, headers };
  });

import { endSignIn as operation } from "@roundtrip/contracts/auth/end-sign-in.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type EndSignInDeps, endSignIn } from "./end-sign-in.ts";

export const createEndSignInRoute = (deps: EndSignInDeps): Route =>
  route(operation, async ({ params, caller, address, requestId }) => {
    await endSignIn(deps, {
      accountId: caller.accountId,
      signInId: params.sign_in_id.toLowerCase(),
      source: { address, requestId },
    });
    return { status: 204, body: null };
  });

import { requestPasswordReset as operation } from "@roundtrip/contracts/auth/request-password-reset.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type RequestPasswordResetDeps, requestPasswordReset } from "./request-password-reset.ts";

export const createRequestPasswordResetRoute = (deps: RequestPasswordResetDeps): Route =>
  route(operation, async ({ body, address, requestId }) => {
    const headers = await requestPasswordReset(deps, { email: body.email, source: { address, requestId } });
    return { status: 202, body: null, headers };
  });

import { resetPassword as operation } from "@roundtrip/contracts/auth/reset-password.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type ResetPasswordDeps, resetPassword } from "./reset-password.ts";

export const createResetPasswordRoute = (deps: ResetPasswordDeps): Route =>
  route(operation, async ({ params, body, address, requestId }) => {
    await resetPassword(deps, { secret: params.token, password: body.password, source: { address, requestId } });
    return { status: 204, body: null };
  });

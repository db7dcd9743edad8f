import { changePassword as operation } from "@roundtrip/contracts/auth/change-password.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type ChangePasswordDeps, changePassword } from "./change-password.ts";

export const createChangePasswordRoute = (deps: ChangePasswordDeps): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    await changePassword(deps, {
      accountId: caller.accountId,
      signInId: caller.signInId,
      current: body.current_password,
      password: body.password,
      source: { address, requestId },
    });
    return { status: 204, body: null };
  });

import { resetPassword as operation } from "@roundtrip/contracts/auth/reset-password.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { addLimitHeaders } from "../throttling/add-limit-headers.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { linkRedemptionLimit } from "../throttling/limit-policies.rules.ts";
import { type ResetPasswordDeps, resetPassword } from "./reset-password.ts";

export const createResetPasswordRoute = (deps: ResetPasswordDeps & AddressLimitDeps): Route =>
  route(operation, async ({ params, body, address, requestId }) => {
    const source = { address, requestId };
    const headers = await limitAddress(deps, linkRedemptionLimit, source);
    return addLimitHeaders(headers, async () => {
      await resetPassword(deps, { secret: params.token, password: body.password, source });
      return { status: 204 as const, body: null };
    });
  });

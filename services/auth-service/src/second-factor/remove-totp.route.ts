import { removeTotp as operation } from "@roundtrip/contracts/auth/remove-totp.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type RemoveTotpDeps, removeTotp } from "./remove-totp.ts";

export const createRemoveTotpRoute = (deps: RemoveTotpDeps): Route =>
  route(operation, async ({ caller, body, address, requestId }) => {
    const { accountId, signInId } = caller;
    await removeTotp(deps, { accountId, signInId, otp: body.otp, source: { address, requestId } });
    return { status: 204, body: null };
  });

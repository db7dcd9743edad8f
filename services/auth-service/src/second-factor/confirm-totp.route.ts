import { confirmTotp as operation } from "@roundtrip/contracts/auth/confirm-totp.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { confirmTotp } from "./confirm-totp.ts";
import type { SpendOtpDeps } from "./spend-otp.ts";

export const createConfirmTotpRoute = (deps: SpendOtpDeps): Route =>
  route(operation, async ({ caller, body, address, requestId }) => {
    const { accountId, signInId } = caller;
    const guess = { accountId, signInId, otp: body.otp, source: { address, requestId } };
    return { status: 200, body: { recovery_codes: [...(await confirmTotp(deps, guess))] } };
  });

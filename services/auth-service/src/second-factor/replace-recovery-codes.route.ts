import { replaceRecoveryCodes as operation } from "@roundtrip/contracts/auth/replace-recovery-codes.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { replaceRecoveryCodes } from "./replace-recovery-codes.ts";
import type { SpendOtpDeps } from "./spend-otp.ts";

export const createReplaceRecoveryCodesRoute = (deps: SpendOtpDeps): Route =>
  route(operation, async ({ caller, body, address, requestId }) => {
    const { accountId, signInId } = caller;
    const guess = { accountId, signInId, otp: body.otp, source: { address, requestId } };
    return { status: 200, body: { recovery_codes: [...(await replaceRecoveryCodes(deps, guess))] } };
  });

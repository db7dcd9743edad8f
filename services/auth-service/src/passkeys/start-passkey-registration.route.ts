import { startPasskeyRegistration as operation } from "@roundtrip/contracts/auth/start-passkey-registration.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type StartPasskeyRegistrationDeps, startPasskeyRegistration } from "./start-passkey-registration.ts";

export const createStartPasskeyRegistrationRoute = (deps: StartPasskeyRegistrationDeps): Route =>
  route(operation, async ({ caller, body, address, requestId }) => {
    const { accountId, signInId } = caller;
    const source = { address, requestId };
    const presence = { accountId, signInId, password: body.password, otp: body.otp, source };
    const { challengeId, options } = await startPasskeyRegistration(deps, presence);
    return { status: 200, body: { challenge_id: challengeId, options: { ...options } } };
  });

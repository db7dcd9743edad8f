import { startTotp as operation } from "@roundtrip/contracts/auth/start-totp.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type StartTotpDeps, startTotp } from "./start-totp.ts";

export const createStartTotpRoute = (deps: StartTotpDeps): Route =>
  route(operation, async ({ caller, body, address, requestId }) => {
    const { accountId, signInId } = caller;
    const source = { address, requestId };
    const started = await startTotp(deps, { accountId, signInId, password: body.password, source });
    return { status: 201, body: { secret: started.secret, otpauth_url: started.otpauthUrl } };
  });

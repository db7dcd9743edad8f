import { createPasskey as operation } from "@roundtrip/contracts/auth/create-passkey.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type CreatePasskeyDeps, createPasskey } from "./create-passkey.ts";

export const createCreatePasskeyRoute = (deps: CreatePasskeyDeps): Route =>
  route(operation, async ({ caller, body, address, requestId }) => {
    const { challenge_id: challengeId, name, response } = body;
    const source = { address, requestId };
    const { accountId, signInId } = caller;
    const created = await createPasskey(deps, { accountId, signInId, challengeId, name, response, source });
    return {
      status: 201,
      body: { passkey_id: created.passkeyId, name, created_at: created.now.toISOString(), last_used_at: null },
    };
  });

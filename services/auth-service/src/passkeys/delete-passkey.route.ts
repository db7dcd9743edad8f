import { deletePasskey as operation } from "@roundtrip/contracts/auth/delete-passkey.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type DeletePasskeyDeps, deletePasskey } from "./delete-passkey.ts";

export const createDeletePasskeyRoute = (deps: DeletePasskeyDeps): Route =>
  route(operation, async ({ caller, params, address, requestId }) => {
    const source = { address, requestId };
    const { accountId, signInId } = caller;
    await deletePasskey(deps, { accountId, signInId, passkeyId: params.passkey_id, source });
    return { status: 204, body: null };
  });

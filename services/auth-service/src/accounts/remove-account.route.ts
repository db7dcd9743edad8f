import { removeAccount as operation } from "@roundtrip/contracts/auth/remove-account.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { removeAccount } from "./remove-account.ts";
import type { StaffDeps } from "./update-account.ts";

export const createRemoveAccountRoute = (deps: StaffDeps): Route =>
  route(operation, async ({ params, caller, address, requestId }) => {
    await removeAccount(deps, {
      accountId: params.account_id.toLowerCase(),
      customerId: caller.customerId,
      ownerId: caller.actor.id,
      source: { address, requestId },
    });
    return { status: 204, body: null };
  });

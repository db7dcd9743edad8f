import { createAccount as operation } from "@roundtrip/contracts/auth/create-account.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type CreateAccountDeps, createAccount } from "./create-account.ts";
import { describeStaffMember } from "./describe-staff-member.ts";

export const createCreateAccountRoute = (deps: CreateAccountDeps): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    const created = await createAccount(deps, {
      ...body,
      customerId: caller.customerId,
      ownerId: caller.actor.id,
      source: { address, requestId },
    });
    return { status: 201, body: describeStaffMember(created) };
  });

import { updateAccount as operation } from "@roundtrip/contracts/auth/update-account.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { describeStaffMember } from "./describe-staff-member.ts";
import { type StaffDeps, updateAccount } from "./update-account.ts";

export const createUpdateAccountRoute = (deps: StaffDeps): Route =>
  route(operation, async ({ params, body, caller, address, requestId }) => {
    const member = await updateAccount(deps, {
      ...body,
      accountId: params.account_id.toLowerCase(),
      customerId: caller.customerId,
      ownerId: caller.actor.id,
      source: { address, requestId },
    });
    return { status: 200, body: describeStaffMember(member) };
  });

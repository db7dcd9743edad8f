import { createInvitation as operation } from "@roundtrip/contracts/auth/create-invitation.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type CreateInvitationDeps, createInvitation } from "./create-invitation.ts";
import { describeInvitation } from "./describe-invitation.ts";

export const createCreateInvitationRoute = (deps: CreateInvitationDeps): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    const created = await createInvitation(deps, {
      ...body,
      customerId: caller.customerId,
      ownerId: caller.actor.id,
      source: { address, requestId },
    });
    return { status: 201, body: describeInvitation(created) };
  });

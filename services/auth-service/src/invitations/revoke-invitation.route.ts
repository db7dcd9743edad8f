import { revokeInvitation as operation } from "@roundtrip/contracts/auth/revoke-invitation.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type RevokeInvitationDeps, revokeInvitation } from "./revoke-invitation.ts";

export const createRevokeInvitationRoute = (deps: RevokeInvitationDeps): Route =>
  route(operation, async ({ params, caller, address, requestId }) => {
    await revokeInvitation(deps, {
      invitationId: params.invitation_id.toLowerCase(),
      customerId: caller.customerId,
      ownerId: caller.actor.id,
      source: { address, requestId },
    });
    return { status: 204, body: null };
  });

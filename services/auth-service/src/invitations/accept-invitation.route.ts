import { acceptInvitation as operation } from "@roundtrip/contracts/auth/accept-invitation.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type AcceptInvitationDeps, acceptInvitation } from "./accept-invitation.ts";

export const createAcceptInvitationRoute = (deps: AcceptInvitationDeps): Route =>
  route(operation, async ({ params, body, address, requestId }) => {
    const accepted = await acceptInvitation(deps, {
      ...body,
      secret: params.token,
      source: { address, requestId },
    });
    const { email, customerName, role } = accepted;
    return { status: 200, body: { email, customer_name: customerName, role } };
  });

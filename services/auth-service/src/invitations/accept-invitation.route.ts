import { acceptInvitation as operation } from "@roundtrip/contracts/auth/accept-invitation.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { addLimitHeaders } from "../throttling/add-limit-headers.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { linkRedemptionLimit } from "../throttling/limit-policies.rules.ts";
import { type AcceptInvitationDeps, acceptInvitation } from "./accept-invitation.ts";

export const createAcceptInvitationRoute = (deps: AcceptInvitationDeps & AddressLimitDeps): Route =>
  route(operation, async ({ params, body, address, requestId }) => {
    const source = { address, requestId };
    const headers = await limitAddress(deps, linkRedemptionLimit, source);
    return addLimitHeaders(headers, async () => {
      const accepted = await acceptInvitation(deps, { ...body, secret: params.token, source });
      const { email, customerName, role } = accepted;
      return { status: 200 as const, body: { email, customer_name: customerName, role } };
    });
  });

import { listInvitations } from "@roundtrip/contracts/auth/list-invitations.http";
import type { Sql } from "@roundtrip/database/database";
import { cutPage, readPageRequest } from "@roundtrip/http-operation/page";
import { type Route, route } from "@roundtrip/http-operation/route";
import { describeInvitation } from "./describe-invitation.ts";
import { listOpenInvitations } from "./invitation.store.ts";

export interface ListInvitationsDeps {
  readonly db: Sql;
  readonly clock: () => Date;
}

export const createListInvitationsRoute = (deps: ListInvitationsDeps): Route =>
  route(listInvitations, async ({ query, caller }) => {
    const { after, size } = readPageRequest(query);
    const { customerId } = caller;
    const rows = await listOpenInvitations(deps.db, { customerId, now: deps.clock(), after, sizeMax: size + 1 });
    const { data, next } = cutPage(rows, size, (row) => row.invitation_id);
    return { status: 200, body: { data: data.map(describeInvitation), next } };
  });

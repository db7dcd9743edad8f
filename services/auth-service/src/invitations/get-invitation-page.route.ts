import { getInvitationPage } from "@roundtrip/contracts/auth/get-invitation-page.http";
import type { Sql } from "@roundtrip/database/database";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { linkPageHeaders, renderLinkForm, renderLinkNote } from "../link-pages/link-page.rules.ts";
import { findInvitationByLink } from "./invitation.store.ts";
import { gonePage, invitationForm } from "./invitation-page.rules.ts";

export interface InvitationPageDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/** Only reads: mail scanners open every link, some of them several times. */
export const createGetInvitationPageRoute = (deps: InvitationPageDeps): Route =>
  route(getInvitationPage, async ({ params }) => {
    const headers = linkPageHeaders;
    const invitation = await findInvitationByLink(deps.db, deps.keyring.digests(params.token), deps.clock());
    if (!invitation) return { status: 404, body: renderLinkNote(gonePage), headers };
    const { email, role, customer_name: customerName } = invitation;
    const hasAccount = invitation.account_id !== null;
    const form = invitationForm({ token: params.token, email, role, customerName, hasAccount });
    return { status: 200, body: renderLinkForm(form), headers };
  });

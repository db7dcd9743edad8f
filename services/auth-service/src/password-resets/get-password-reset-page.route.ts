import { getPasswordResetPage } from "@roundtrip/contracts/auth/get-password-reset-page.http";
import type { Sql } from "@roundtrip/database/database";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { findOwnAccount } from "../accounts/own-account.store.ts";
import { linkPageHeaders, renderLinkForm, renderLinkNote } from "../link-pages/link-page.rules.ts";
import { findResetByLink } from "./password-reset.store.ts";
import { gonePage, passwordResetForm } from "./password-reset-page.rules.ts";

export interface PasswordResetPageDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/** Only reads: mail scanners open every link, some of them several times. */
export const createGetPasswordResetPageRoute = (deps: PasswordResetPageDeps): Route =>
  route(getPasswordResetPage, async ({ params }) => {
    const headers = linkPageHeaders;
    const reset = await findResetByLink(deps.db, deps.keyring.digests(params.token), deps.clock());
    const account = reset && (await findOwnAccount(deps.db, reset.account_id));
    if (!account) return { status: 404, body: renderLinkNote(gonePage), headers };
    const form = passwordResetForm({
      token: params.token,
      email: account.email,
      hasPassword: reset.has_password,
      hasSecondFactor: account.second_factor,
    });
    return { status: 200, body: renderLinkForm(form), headers };
  });

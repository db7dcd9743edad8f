import { nudges } from "@roundtrip/contracts/subjects";
import type { Database, Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { checkNewPassword } from "../accounts/check-new-password.ts";
import {
  findOwnAccount,
  type NewPassword,
  type OwnAccount,
  passwordUse,
  setPassword,
} from "../accounts/own-account.store.ts";
import { isShortPassword } from "../accounts/password-policy.rules.ts";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { queueMail } from "../mails/queue-mail.ts";
import { revokeSignInsOfAccount } from "../sign-ins/sign-in.store.ts";
import { forgetFailures, throttleKey } from "../throttling/throttle-guesses.ts";
import { findResetByLink, type LinkedReset, spendReset, spendResetLinks } from "./password-reset.store.ts";

export interface ResetPasswordDeps {
  readonly keyring: Keyring;
  readonly clock: () => Date;
  readonly db: Database;
  readonly bus: EventBus;
  readonly hasher: PasswordHasher;
  /** The public URL. */
  readonly issuer: string;
}

export interface ResetPassword {
  /** Of the link. */
  readonly secret: string;
  readonly password: string;
  readonly source: AuditSource;
}

/** What the owner is told is still worth knowing for so long. */
const noticeLifeMs = 3 * 86_400_000;

/**
 * Spends the link, sets the password, and ends every sign-in and every other link. A refused password spends nothing. What
 * was counted against the account is forgotten: whoever has its mailbox is no guesser. A second factor stays on.
 * Throws `link_not_found`, `password_refused`.
 */
export const resetPassword = async (deps: ResetPasswordDeps, command: ResetPassword): Promise<void> => {
  const reset = await findResetByLink(deps.db, deps.keyring.digests(command.secret), deps.clock());
  const account = reset && (await findOwnAccount(deps.db, reset.account_id));
  if (!account) throw new Problem("link_not_found");
  checkNewPassword(command.password, passwordUse(account));
  const hash = await deps.hasher.hash(command.password);
  const password = { accountId: reset.account_id, hash, isShort: isShortPassword(command.password) };
  await deps.db.transaction((tx) => change(deps, tx, { reset, account, password, source: command.source }));
};

interface Change {
  readonly reset: LinkedReset;
  readonly account: OwnAccount;
  readonly password: NewPassword;
  readonly source: AuditSource;
}

const change = async (deps: ResetPasswordDeps, tx: Tx, { reset, account, password, source }: Change) => {
  const now = deps.clock();
  const { accountId } = password;
  const isSet = (await spendReset(tx, reset.password_reset_id, now)) && (await setPassword(tx, password));
  if (!isSet) throw new Problem("link_not_found");
  await spendResetLinks(tx, accountId, now);
  await revokeSignInsOfAccount(tx, accountId, { reason: "password_reset", except: null });
  await forgetFailures(tx, throttleKey(deps.keyring, "account", account.email_key));
  await forgetFailures(tx, throttleKey(deps.keyring, "guess", `account:${accountId}:password`));
  // Nobody needs to be told of the first password of an account that was made for them.
  if (reset.has_password) {
    await queueMail(deps, tx, {
      template: "password_changed",
      to: account.email,
      values: { site: deps.issuer, at: now },
      expiresAt: new Date(now.getTime() + noticeLifeMs),
    });
  }
  const detail = { first: !reset.has_password };
  await recordAccountAudit(tx, { accountId, action: "password.reset", source, detail }, now);
  tx.afterCommit(() => deps.bus.announce(nudges.credentialsChanged, accountId));
};

import type { Database, Tx } from "@roundtrip/database/database";
import { emailKey } from "../accounts/account.rules.ts";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { mayReset } from "../mails/mail-limits.rules.ts";
import { deleteMail, type MailRow } from "../mails/outgoing-mail.store.ts";
import { queueMail } from "../mails/queue-mail.ts";
import { insertResetLink, type ResetLinkDeps } from "./insert-reset-link.ts";
import { countResetLinks, deleteOldResetLinks, lockResettableAccount } from "./password-reset.store.ts";
import { resetLifeMs } from "./request-password-reset.ts";
import { openResetRequest } from "./seal-reset-request.ts";

export interface AnswerResetRequestDeps extends ResetLinkDeps {
  readonly db: Database;
}

/**
 * The link, its mail, the entry in the audit log and the end of the request, in one transaction: a process that dies leaves
 * the request to the next, and a second answer is impossible. Throws when the request cannot be opened.
 */
export const answerResetRequest = async (deps: AnswerResetRequestDeps, row: MailRow): Promise<void> => {
  const { email, address, requestId } = openResetRequest(deps.keyring, row.mail_id, row.box);
  await deps.db.transaction(async (tx) => {
    // Whoever deletes the request answers it: a claim that ran out has handed it to somebody else.
    if (await deleteMail(tx, row.mail_id)) await answer(deps, tx, { email, source: { address, requestId } });
  });
};

const answer = async (
  deps: AnswerResetRequestDeps,
  tx: Tx,
  { email, source }: { readonly email: string; readonly source: AuditSource },
): Promise<void> => {
  const now = deps.clock();
  const action = "password.reset_requested";
  const account = await lockResettableAccount(tx, emailKey(email));
  if (!account) {
    const actor = { kind: "unknown", id: null } as const;
    return recordAudit(tx, { action, actor, customerId: null, source, detail: { outcome: "no_account" } }, now);
  }
  const accountId = account.account_id;
  const isAllowed = mayReset(await countResetLinks(tx, accountId, now));
  const target = { kind: "account", id: accountId };
  const actor = { kind: "unknown", id: null } as const;
  const detail = { outcome: isAllowed ? "mail_queued" : "capped" };
  await recordAccountAudit(tx, { accountId, action, actor, target, source, detail }, now);
  if (!isAllowed) return;
  const expiresAt = new Date(now.getTime() + resetLifeMs);
  const link = await insertResetLink(deps, tx, { accountId, expiresAt });
  await deleteOldResetLinks(tx, accountId, now);
  await queueMail(deps, tx, { template: "password_reset", to: account.email, values: { link }, expiresAt });
};

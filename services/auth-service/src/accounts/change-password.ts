import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { queueMail } from "../mails/queue-mail.ts";
import { spendResetLinks } from "../password-resets/password-reset.store.ts";
import { announceEnded } from "../sign-ins/announce-ended.ts";
import { revokeSignInsOfAccount } from "../sign-ins/sign-in.store.ts";
import { checkNewPassword, checkOtherPassword } from "./check-new-password.ts";
import { checkOwnPassword, type OwnPasswordDeps } from "./check-own-password.ts";
import { changePasswordFrom, findOwnAccount, passwordUse } from "./own-account.store.ts";
import { isShortPassword } from "./password-policy.rules.ts";

export interface ChangePasswordDeps extends OwnPasswordDeps {
  readonly db: Database;
  readonly bus: EventBus;
  /** The public URL. */
  readonly issuer: string;
}

export interface ChangePassword {
  readonly accountId: string;
  /** Stays; every other sign-in ends. */
  readonly signInId: string;
  readonly current: string;
  readonly password: string;
  readonly source: AuditSource;
}

/** What the owner is told is still worth knowing for so long. */
const noticeLifeMs = 3 * 86_400_000;

/**
 * Throws `password_wrong`, also when somebody else has set another password since it was checked, `password_refused`,
 * `rate_limited`, and `unauthorized` for an account that was disabled after its access token was made.
 */
export const changePassword = async (deps: ChangePasswordDeps, command: ChangePassword): Promise<void> => {
  const { accountId } = command;
  const account = await findOwnAccount(deps.db, accountId);
  if (!account) throw new Problem("unauthorized");
  await checkOwnPassword(deps, { accountId, password: command.current });
  checkOtherPassword(command.password, command.current);
  checkNewPassword(command.password, passwordUse(account));
  const hash = await deps.hasher.hash(command.password);
  const password = { accountId, hash, isShort: isShortPassword(command.password) };
  await deps.db.transaction(async (tx) => {
    const now = deps.clock();
    const changed = await changePasswordFrom(tx, password, account.password_hash ?? "");
    if (!changed) throw new Problem("password_wrong");
    const why = { reason: "password_changed", except: command.signInId } as const;
    announceEnded(tx, deps.bus, await revokeSignInsOfAccount(tx, accountId, why));
    await spendResetLinks(tx, accountId, now);
    await queueMail(deps, tx, {
      template: "password_changed",
      to: account.email,
      values: { site: deps.issuer, at: now },
      expiresAt: new Date(now.getTime() + noticeLifeMs),
    });
    await recordAccountAudit(tx, { accountId, action: "password.changed", source: command.source }, now);
  });
};

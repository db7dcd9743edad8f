import type { Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { findAccountEmail } from "../accounts/account.store.ts";
import { type AuditSource, recordAuditFor } from "../audit/record-audit.ts";
import { queueMail } from "../mails/queue-mail.ts";
import { announceEnded } from "./announce-ended.ts";
import type { Subject } from "./find-subject.ts";
import { listCustomersOf, revokeSignIn, type SignInRow } from "./sign-in.store.ts";

export interface ReuseDeps {
  readonly bus: EventBus;
  readonly keyring: Keyring;
  readonly clock: () => Date;
  readonly issuer: string;
  readonly log: { warn(fields: object, message: string): void };
}

export interface ReusedSignIn {
  readonly signIn: SignInRow;
  readonly subject: Subject;
  readonly source: AuditSource;
}

/** News of a theft is of use for so long. */
const noticeMs = 7 * 86_400_000;

/** A rotated token was used again: the family ends, the log keeps it, and an account's owner is told. */
export const endReusedSignIn = async (
  deps: ReuseDeps,
  tx: Tx,
  { signIn, subject, source }: ReusedSignIn,
): Promise<void> => {
  const now = deps.clock();
  await revokeSignIn(tx, signIn.sign_in_id, "reuse");
  announceEnded(tx, deps.bus, [signIn.sign_in_id]);
  await recordAuditFor(
    tx,
    {
      action: "sign_in.token_reused",
      // Who of the two holders it was is what nobody knows.
      actor: { kind: "unknown", id: null },
      ...(subject.kind === "respondent" ? { workspaceId: subject.workspace_id } : {}),
      target: { kind: "sign_in", id: signIn.sign_in_id },
      source,
      detail: { [`${subject.kind}_id`]: subject.sub },
    },
    { customerIds: await listCustomersOf(tx, signIn), now },
  );
  const to = subject.kind === "account" ? await findAccountEmail(tx, subject.sub) : null;
  if (to !== null) {
    const values = { site: deps.issuer, at: now };
    await queueMail(deps, tx, {
      template: "sign_in_reused",
      to,
      values,
      expiresAt: new Date(now.getTime() + noticeMs),
    });
  }
  deps.log.warn({ sign_in_id: signIn.sign_in_id }, "a rotated refresh token was used again; the sign-in is revoked");
};

import type { Tx } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { type MailTemplate, type MailValues, writeMail } from "./mail-templates.rules.ts";
import { insertMail } from "./outgoing-mail.store.ts";
import { sealMail } from "./seal-mail.ts";

export interface QueueMailDeps {
  readonly keyring: Keyring;
}

export interface QueuedMail<T extends MailTemplate> {
  readonly template: T;
  /** The stored address of an account or an invitation, never one that came with the request alone. */
  readonly to: string;
  readonly values: MailValues[T];
  /** From then on it is dropped: its link, or its news, is worth nothing any more. */
  readonly expiresAt: Date;
}

/** Puts a mail into the outbox with the change it tells of: neither is without the other. `send-mails.worker.ts` sends it. */
export const queueMail = async <T extends MailTemplate>(
  deps: QueueMailDeps,
  tx: Tx,
  mail: QueuedMail<T>,
): Promise<void> => {
  const mailId = uuidv7();
  const box = sealMail(deps.keyring, mailId, { to: mail.to, ...writeMail(mail.template, mail.values) });
  await insertMail(tx, { mailId, template: mail.template, box, expiresAt: mail.expiresAt });
};

import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import type { AuthDeps } from "../deps.ts";
import { retryWaitMs } from "./mail-retry.rules.ts";
import { mailTemplates } from "./mail-templates.rules.ts";
import { claimMails, deleteExpiredMails, deleteMail, type MailRow, postponeMail } from "./outgoing-mail.store.ts";
import { openMail } from "./seal-mail.ts";
import type { MailChannel } from "./smtp.channel.ts";

export interface SendMailsDeps extends Pick<AuthDeps, "db" | "keyring" | "log" | "clock"> {
  /** Null: there is no way out, mails wait until they expire. */
  readonly mailChannel: MailChannel | null;
}

const pollMs = 500;
const batchSizeMax = 5;
/** Longer than the slowest attempt that SMTP's time limits allow: connect, greet, upgrade, send. */
const leaseMs = 180_000;

/**
 * Sends what lies in the outbox, from any number of replicas: a mail is claimed for 3 minutes, sent, and deleted. A process
 * that dies in between leaves it to the next, so a mail arrives at least once, and hardly ever twice.
 */
export const createMailSender = (deps: SendMailsDeps): Worker => ({
  name: "auth-service-send-mails",
  run: async (signal) => {
    const { mailChannel } = deps;
    if (!mailChannel) deps.log.warn({}, "SMTP_URL is not set: mails wait, and are dropped when they expire");
    while (!signal.aborted) {
      await dropExpired(deps);
      const sent = mailChannel ? await sendBatch(deps, mailChannel) : 0;
      if (sent < batchSizeMax) await pause(pollMs, signal);
    }
  },
});

const dropExpired = async (deps: SendMailsDeps): Promise<void> => {
  const dropped = await deleteExpiredMails(deps.db, deps.clock());
  if (dropped > 0) deps.log.warn({ dropped }, "mails expired before they could be sent");
};

const sendBatch = async (deps: SendMailsDeps, channel: MailChannel): Promise<number> => {
  const now = deps.clock();
  const until = new Date(now.getTime() + leaseMs);
  const claimed = await claimMails(deps.db, { templates: mailTemplates, now, until, sizeMax: batchSizeMax });
  await Promise.all(claimed.map((mail) => sendMail(deps, channel, mail)));
  return claimed.length;
};

const sendMail = async (deps: SendMailsDeps, channel: MailChannel, mail: MailRow): Promise<void> => {
  const about = { mailId: mail.mail_id, template: mail.template, attempts: mail.attempts };
  const outcome = await attempt(deps, channel, mail);
  if (outcome.kind === "later") {
    deps.log.warn({ ...about, fault: outcome.fault }, "a mail could not be sent and is tried again");
    return postponeMail(deps.db, mail, new Date(deps.clock().getTime() + retryWaitMs(mail.attempts)));
  }
  await deleteMail(deps.db, mail.mail_id);
  if (outcome.kind === "refused") deps.log.warn(about, "a mail was refused for good and is dropped");
  else deps.log.info(about, "a mail was sent");
};

type Outcome = { readonly kind: "sent" | "refused" } | { readonly kind: "later"; readonly fault: string };

const attempt = async (deps: SendMailsDeps, channel: MailChannel, mail: MailRow): Promise<Outcome> => {
  try {
    const opened = openMail(deps.keyring, mail.mail_id, mail.box);
    return { kind: await channel.send({ ...opened, mailId: mail.mail_id }) };
  } catch (error) {
    return { kind: "later", fault: faultOf(error) };
  }
};

/** The kind of fault and no more: what a mail server says often repeats the address. */
const faultOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown";
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return "responseCode" in error && typeof error.responseCode === "number" ? `${code} ${error.responseCode}` : code;
};

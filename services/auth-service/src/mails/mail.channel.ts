import type { AuthConfig } from "../config.ts";
import { createSmtpChannel, type MailChannel } from "./smtp.channel.ts";

/** What there is to show a mail with, for who runs everything on one machine. */
export type ShowMail = (text: string) => void;

/**
 * SMTP when `SMTP_URL` says where; else the whole mail is shown, link and all, where that was asked for; else null, and mails
 * wait. Throws when the setting is no SMTP address.
 */
export const openMailChannel = (
  config: Pick<AuthConfig, "SMTP_URL" | "MAIL_FROM" | "PUBLIC_URL">,
  showMail: ShowMail | null,
): MailChannel | null => {
  if (config.SMTP_URL !== null) {
    const url = URL.parse(config.SMTP_URL);
    const isSmtp = url?.protocol === "smtp:" || url?.protocol === "smtps:";
    // Never said again: it holds a password.
    if (!isSmtp || url.hostname === "") throw new Error("SMTP_URL must begin with smtp:// or smtps:// and name a host");
    const host = new URL(config.PUBLIC_URL).hostname;
    return createSmtpChannel({ url: config.SMTP_URL, from: config.MAIL_FROM, host });
  }
  return showMail && createShownMailChannel(showMail, config.MAIL_FROM);
};

const createShownMailChannel = (showMail: ShowMail, from: string): MailChannel => ({
  send: async ({ to, subject, text }) => {
    const head = "Mail (SMTP_URL is not set, so it is shown here and goes nowhere)";
    const message = [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, "", ...text.trimEnd().split("\n")];
    showMail(["", head, ...message.map((line) => `  | ${line}`.trimEnd()), ""].join("\n"));
    return "sent";
  },
  close: () => undefined,
});

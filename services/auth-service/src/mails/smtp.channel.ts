import { createTransport } from "nodemailer";
import { refuseAddress } from "./mail-text.rules.ts";
import type { SealedMail } from "./seal-mail.ts";

/** One way out of the house for mails. */
export interface MailChannel {
  /** "refused": the other side will never take it. Throws when it may take it later. */
  send(mail: SealedMail & { readonly mailId: string }): Promise<"sent" | "refused">;
  close(): void;
}

export interface SmtpOptions {
  /** `smtp://` upgrades to TLS when the server offers it; `smtps://` is TLS from the first byte. */
  readonly url: string;
  /** `Roundtrip <no-reply@example.org>` */
  readonly from: string;
  /** Host of the message ids: of PUBLIC_URL. */
  readonly host: string;
}

/** Five connections, kept for the next mail. A server that does not answer holds one for 10 s, one that stalls for 30 s. */
export const createSmtpChannel = (options: SmtpOptions): MailChannel => {
  const transport = createTransport({
    url: options.url,
    pool: true,
    maxConnections: 5,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    dnsTimeout: 10_000,
    socketTimeout: 30_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async ({ mailId, to, subject, text }) => {
      if (refuseAddress(to) !== null) return "refused";
      try {
        await transport.sendMail({
          from: options.from,
          // As an object, so that nothing in it is read as a list of addresses.
          to: { name: "", address: to },
          subject,
          text,
          // The same at a second attempt: most mail programs show such a pair once.
          messageId: `<${mailId}@${options.host}>`,
          headers: { "Auto-Submitted": "auto-generated" },
        });
        return "sent";
      } catch (error) {
        if (isRefusal(error)) return "refused";
        throw error;
      }
    },
    close: () => transport.close(),
  };
};

/**
 * A 5xx to the recipient or to the text (RFC 5321 section 4.2.1). A 5xx to the greeting, to our password or to our sender is
 * about us: somebody will mend it, and the mail is still wanted then.
 */
const isRefusal = (error: unknown): boolean => {
  if (!(error instanceof Error) || !("responseCode" in error) || !("command" in error)) return false;
  const { responseCode, command } = error;
  const isPermanent = typeof responseCode === "number" && responseCode >= 500 && responseCode < 600;
  return isPermanent && (command === "RCPT TO" || command === "DATA");
};

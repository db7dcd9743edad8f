import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface MailedLink {
  /** The path of the page that the mail links to. */
  readonly page: string;
  /** The path that takes the POST. */
  readonly api: string;
  readonly token: string;
}

export interface OpenInbox {
  /** For `SMTP_URL`. */
  readonly url: string;
  /** The link in the newest unread mail to that address; waits up to 10 s for one. */
  linkTo(address: string): Promise<MailedLink>;
  close(): Promise<void>;
}

/** A real SMTP server on the loopback that keeps what it gets. */
export const openInbox = async (): Promise<OpenInbox> => {
  const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push({
          to: session.envelope.rcptTo.map((recipient) => recipient.address),
          text: unfold(Buffer.concat(chunks).toString("utf8")),
        });
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  // A TCP server that listens has an AddressInfo.
  const { port } = server.server.address() as AddressInfo;
  const take = (address: string) => {
    const index = mails.findIndex((mail) => mail.to.includes(address));
    return index < 0 ? undefined : mails.splice(index, 1)[0];
  };
  return {
    url: `smtp://127.0.0.1:${port}`,
    linkTo: async (address) => {
      for (let tries = 0; tries < 100; tries += 1) {
        const found = /\/(invitations|password-reset)\/([A-Za-z0-9_-]{20,})/.exec(take(address)?.text ?? "");
        const [page, kind, token] = found ?? [];
        if (page && kind && token) return { page, token, api: kind === "invitations" ? `${page}/accept` : page };
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`no mail with a link to ${address} after 10 s`);
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
};

/** Quoted-printable: soft line breaks go, `=3D` is an equals sign. */
const unfold = (raw: string): string => raw.replaceAll("=\r\n", "").replaceAll("=3D", "=");

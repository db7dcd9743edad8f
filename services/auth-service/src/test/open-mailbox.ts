import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, vi } from "vitest";

/** A mail as it went over the wire. */
export interface ReceivedMail {
  /** Of the envelope. */
  readonly to: readonly string[];
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly raw: string;
  readonly text: string;
}

export interface Mailbox {
  readonly mails: ReceivedMail[];
  /** What the server says to a recipient; null takes the mail. */
  answer: (recipient: string) => { readonly status: number; readonly text: string } | null;
  readonly url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** The latest mail to an address, waited for; `afterCount` skips those that were there before. */
  latestTo(address: string, afterCount?: number): Promise<ReceivedMail>;
  countTo(address: string): number;
}

/** A real SMTP server on a port of its own, which it keeps when it is away and comes back. */
const createMailbox = (): Mailbox => {
  let server: SMTPServer | undefined;
  let port = 0;
  const to = (address: string) => mailbox.mails.filter((mail) => mail.to.includes(address));
  const mailbox: Mailbox = {
    mails: [],
    answer: () => null,
    get url() {
      return `smtp://127.0.0.1:${port}`;
    },
    start: async () => {
      server = openServer(mailbox);
      server.listen(port, "127.0.0.1");
      await once(server.server, "listening");
      const bound = server.server.address();
      if (bound === null || typeof bound === "string") throw new Error("the mailbox has no port");
      port = bound.port;
    },
    stop: async () => {
      const closing = server;
      server = undefined;
      if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()));
    },
    countTo: (address) => to(address).length,
    latestTo: (address, afterCount = 0) =>
      vi.waitFor(
        () => {
          const mail = to(address).slice(afterCount).at(-1);
          if (!mail) throw new Error(`no mail to ${address}; there are ${mailbox.mails.length} to others`);
          return mail;
        },
        { timeout: 10_000, interval: 50 },
      ),
  };
  return mailbox;
};

const openServer = (mailbox: Mailbox): SMTPServer =>
  new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    closeTimeout: 100,
    onRcptTo: ({ address }, _session, done) => {
      const refusal = mailbox.answer(address);
      if (!refusal) return done();
      done(Object.assign(new Error(refusal.text), { responseCode: refusal.status }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const raw = Buffer.concat(chunks).toString();
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        mailbox.mails.push({ to: recipients, raw, ...parseMail(raw) });
        done();
      });
    },
  });

const parseMail = (raw: string): Pick<ReceivedMail, "headers" | "text"> => {
  const [head = "", ...rest] = raw.split("\r\n\r\n");
  const lines = head.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const body = rest.join("\r\n\r\n").replaceAll("\r\n", "\n");
  const isQuoted = headers.get("content-transfer-encoding") === "quoted-printable";
  return { headers, text: isQuoted ? decodeQuotedPrintable(body) : body };
};

/** RFC 2045 section 6.7. */
const decodeQuotedPrintable = (body: string): string => {
  const bytes = body
    .replaceAll("=\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
};

/** The one link in a mail. */
export const linkIn = (mail: ReceivedMail): URL => {
  const links = mail.text.match(/https?:\/\/\S+/g) ?? [];
  if (links.length !== 1) throw new Error(`${links.length} links in a mail`);
  return new URL(links[0] ?? "");
};

/** A mailbox for a test file. `env` is read when the service is opened, after the mailbox. */
export const useMailbox = () => {
  let mailbox: Mailbox | undefined;
  const get = (): Mailbox => {
    if (!mailbox) throw new Error("the mailbox is there from beforeAll on");
    return mailbox;
  };
  beforeAll(async () => {
    mailbox = createMailbox();
    await mailbox.start();
  });
  afterAll(() => mailbox?.stop());
  return {
    mailbox: get,
    env: {
      get SMTP_URL() {
        return get().url;
      },
      MAIL_FROM: "Roundtrip <no-reply@surveys.example>",
    },
  };
};

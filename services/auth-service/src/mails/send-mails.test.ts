import { type Database, openDatabase } from "@roundtrip/database/database";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { createLogger } from "@roundtrip/service-runner/logger";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { masterKey, sql } from "../test/open-auth-service.ts";
import { linkIn, useMailbox } from "../test/open-mailbox.ts";
import { openMailChannel } from "./mail.channel.ts";
import { claimMails } from "./outgoing-mail.store.ts";
import { queueMail } from "./queue-mail.ts";
import { createMailSender } from "./send-mails.worker.ts";
import type { MailChannel } from "./smtp.channel.ts";

const { mailbox } = useMailbox();
const { database } = useTestDatabase("auth");
const keyring = openKeyring(masterKey);
const config = { MAIL_FROM: "Roundtrip <no-reply@surveys.example>", PUBLIC_URL: "https://surveys.example" };

let db: Database;
const lines: string[] = [];
const log = createLogger("auth-service", "trace", { write: (line) => void lines.push(line) });
const running: { stop(): Promise<void> }[] = [];
const channels: MailChannel[] = [];
/** What the senders' clock is ahead. */
let aheadMs = 0;

beforeAll(() => {
  db = openDatabase({ url: database().url, name: "test", poolSizeMax: 4 });
});
afterAll(() => db.close());
beforeEach(async () => {
  aheadMs = 0;
  lines.length = 0;
  mailbox().answer = () => null;
  mailbox().mails.length = 0;
  await sql(db, "DELETE FROM outgoing_mails");
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  for (const channel of channels.splice(0)) channel.close();
});

const startSender = (channel: MailChannel | null = openChannel()) => {
  const clock = () => new Date(Date.now() + aheadMs);
  const sender = superviseWorkers([createMailSender({ db, keyring, log, clock, mailChannel: channel })], log);
  running.push(sender);
  return sender;
};

const openChannel = (): MailChannel => {
  const channel = openMailChannel({ ...config, SMTP_URL: mailbox().url }, null);
  if (!channel) throw new Error("there is a channel when SMTP_URL is set");
  channels.push(channel);
  return channel;
};

const link = "https://surveys.example/password-reset/a-secret-of-forty-three-characters-as-they-are";
const queue = (to: string, lifeMs = 3_600_000) =>
  db.transaction((tx) =>
    queueMail({ keyring }, tx, {
      template: "password_reset",
      to,
      values: { link },
      expiresAt: new Date(Date.now() + lifeMs),
    }),
  );
const waiting = async () => (await sql<{ mail_id: string }>(db, "SELECT mail_id FROM outgoing_mails")).length;
const untilEmpty = () => vi.waitFor(async () => expect(await waiting()).toBe(0), { timeout: 15_000, interval: 50 });

describe("a queued mail", () => {
  it("arrives once, whole, at the one address, and leaves nothing behind", async () => {
    startSender();
    await queue("ada@clinic.example");
    const mail = await mailbox().latestTo("ada@clinic.example");
    await untilEmpty();
    expect(mailbox().mails).toHaveLength(1);
    expect(mail.to).toEqual(["ada@clinic.example"]);
    expect(mail.headers.get("to")).toBe("ada@clinic.example");
    expect(mail.headers.get("from")).toBe("Roundtrip <no-reply@surveys.example>");
    expect(mail.headers.get("subject")).toBe("Set a new password");
    expect(mail.headers.get("auto-submitted")).toBe("auto-generated");
    expect(mail.headers.get("message-id")).toMatch(/^<[0-9a-f-]{36}@surveys\.example>$/);
    expect(mail.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(linkIn(mail).href).toBe(link);
  });

  it("lies sealed in its row: neither address nor link can be read there", async () => {
    await queue("ada@clinic.example");
    const [row] = await sql<object>(db, "SELECT * FROM outgoing_mails");
    expect(JSON.stringify(row)).toContain("password_reset");
    expect(JSON.stringify(row)).not.toMatch(/ada|clinic|a-secret/);
  });

  it("is not there when its transaction rolls back", async () => {
    const failing = db.transaction(async (tx) => {
      const expiresAt = new Date(Date.now() + 60_000);
      await queueMail({ keyring }, tx, { template: "password_reset", to: "a@x.example", values: { link }, expiresAt });
      throw new Error("the change failed");
    });
    await expect(failing).rejects.toThrow("the change failed");
    expect(await waiting()).toBe(0);
  });

  it("is sent once by three senders at once, of any number of mails", async () => {
    const addresses = Array.from({ length: 40 }, (_, index) => `p${index}@clinic.example`);
    for (const address of addresses) await queue(address);
    startSender();
    startSender();
    startSender();
    await untilEmpty();
    expect(
      mailbox()
        .mails.flatMap((mail) => mail.to)
        .sort(),
    ).toEqual([...addresses].sort());
  });

  it("takes no second recipient and no header from an address that got past every check", async () => {
    startSender();
    for (const to of ["ada@clinic.example\r\nBcc: eve@evil.example", "ada@clinic.example, eve@evil.example"]) {
      await queue(to);
    }
    await queue("last@clinic.example");
    await mailbox().latestTo("last@clinic.example");
    await untilEmpty();
    expect(lines.filter((line) => line.includes("refused for good"))).toHaveLength(2);
    expect(mailbox().mails.flatMap((mail) => mail.to)).toEqual(["last@clinic.example"]);
    expect(mailbox().mails.filter((mail) => /^bcc:/im.test(mail.raw))).toEqual([]);
  });
});

describe("a mail server that is away", () => {
  it("gets the mail when it is back", async () => {
    await mailbox().stop();
    startSender();
    await queue("ada@clinic.example");
    await vi.waitFor(() => expect(lines.join("")).toContain("tried again"), { timeout: 10_000 });
    expect(await waiting()).toBe(1);
    await mailbox().start();
    aheadMs = 10_000;
    await mailbox().latestTo("ada@clinic.example");
    await untilEmpty();
  });

  it.each([421, 450, 451])("is asked again after %i", async (status) => {
    let asked = 0;
    mailbox().answer = () => {
      asked += 1;
      return asked === 1 ? { status, text: "later" } : null;
    };
    startSender();
    await queue("ada@clinic.example");
    await vi.waitFor(() => expect(asked).toBe(1), { timeout: 10_000 });
    await vi.waitFor(() => expect(lines.join("")).toContain("tried again"));
    aheadMs = 10_000;
    await mailbox().latestTo("ada@clinic.example");
    expect(asked).toBe(2);
  });
});

describe("a refusal for good", () => {
  it("drops the mail, and the log names no address", async () => {
    mailbox().answer = (recipient) => ({ status: 550, text: `no such user ${recipient}` });
    startSender();
    await queue("nobody@clinic.example");
    await untilEmpty();
    expect(lines.join("")).toContain("refused for good");
    expect(lines.join("")).not.toMatch(/nobody|clinic\.example|a-secret/);
    expect(mailbox().mails).toEqual([]);
  });
});

describe("a sender that dies", () => {
  it("between claiming and sending leaves the mail to the next, after three minutes", async () => {
    await queue("ada@clinic.example");
    const now = new Date();
    const until = new Date(now.getTime() + 180_000);
    const claim = { templates: ["password_reset"], now, until, sizeMax: 5 };
    expect(await claimMails(db, claim)).toHaveLength(1);
    expect(await claimMails(db, claim)).toHaveLength(0);
    startSender();
    await queue("other@clinic.example");
    await mailbox().latestTo("other@clinic.example");
    expect(mailbox().countTo("ada@clinic.example")).toBe(0);
    aheadMs = 181_000;
    await mailbox().latestTo("ada@clinic.example");
    await untilEmpty();
  });

  it("between sending and deleting sends it twice at most, under one message id", async () => {
    const channel = openChannel();
    startSender({
      close: () => undefined,
      send: async (mail) => {
        await channel.send(mail);
        if (mailbox().mails.length === 1) throw new Error("killed before the row was deleted");
        return "sent";
      },
    });
    await queue("ada@clinic.example");
    await mailbox().latestTo("ada@clinic.example");
    aheadMs = 10_000;
    await mailbox().latestTo("ada@clinic.example", 1);
    await untilEmpty();
    const ids = mailbox().mails.map((mail) => mail.headers.get("message-id"));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });
});

describe("a mail that has expired", () => {
  it("is dropped, and never sent", async () => {
    await queue("late@clinic.example", 1_000);
    aheadMs = 2_000;
    startSender();
    await untilEmpty();
    expect(lines.join("")).toContain("expired before they could be sent");
    expect(mailbox().mails).toEqual([]);
  });
});

describe("without SMTP_URL", () => {
  it("mails wait in a service, which says so once", async () => {
    startSender(openMailChannel({ ...config, SMTP_URL: null }, null));
    await queue("ada@clinic.example");
    await vi.waitFor(() => expect(lines.join("")).toContain("SMTP_URL is not set"));
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(lines.filter((line) => line.includes("SMTP_URL is not set"))).toHaveLength(1);
    expect(await waiting()).toBe(1);
  });

  it("the whole mail is shown where that was asked for, and not logged", async () => {
    const shown: string[] = [];
    startSender(openMailChannel({ ...config, SMTP_URL: null }, (text) => void shown.push(text)));
    await queue("ada@clinic.example");
    await untilEmpty();
    expect(shown).toHaveLength(1);
    expect(shown[0]).toContain("To: ada@clinic.example");
    expect(shown[0]).toContain("Subject: Set a new password");
    expect(shown[0]).toContain(link);
    expect(lines.join("")).not.toContain("a-secret");
  });
});

describe("SMTP_URL", () => {
  it.each(["https://mail.example", "mail.example:25", "smtp://", "file:///etc/passwd"])(
    "%s is refused without being said again",
    (url) => {
      expect(() => openMailChannel({ ...config, SMTP_URL: url }, null)).toThrow(/^SMTP_URL must begin with smtp/);
    },
  );
});

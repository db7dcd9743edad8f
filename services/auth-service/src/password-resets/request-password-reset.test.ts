import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { auditEntries, findClinic, type MadeCustomer, makeAccount } from "../test/make-staff.ts";
import { openAuthService, postJson, publicUrl, sql, useAuthService } from "../test/open-auth-service.ts";
import { linkIn, useMailbox } from "../test/open-mailbox.ts";

const { mailbox, env } = useMailbox();
const logLines: string[] = [];
const { service, database } = useAuthService({ workers: true, env, logLines });
let clinic: MadeCustomer;
beforeAll(async () => {
  clinic = await findClinic(service().db);
});
beforeEach(() => {
  mailbox().mails.length = 0;
});
afterEach(() => sql(service().db, "TRUNCATE rate_limits"));

const ask = (email: string, headers: Record<string, string> = {}) =>
  postJson(service().app, { url: "/password-reset", payload: { email }, headers });
const makeMember = () => makeAccount(service().db, { [clinic.customerId]: "viewer" });
const linksOf = (accountId: string) =>
  sql<{ digest: string }>(service().db, "SELECT * FROM password_resets WHERE account_id = $1", accountId);
const untilAnswered = () =>
  vi.waitFor(
    async () => {
      const waiting = "SELECT mail_id FROM outgoing_mails";
      expect(await sql(service().db, waiting)).toEqual([]);
    },
    { timeout: 10_000, interval: 50 },
  );

describe("202", () => {
  it("sends a link of 30 minutes to the stored address, whatever spelling was typed and whatever host was named", async () => {
    const member = await makeMember();
    await ask(`  ${member.email.toUpperCase()} `, { host: "evil.example", "x-forwarded-host": "evil.example" });
    const mail = await mailbox().latestTo(member.email);
    const link = linkIn(mail);
    expect(link.origin).toBe(publicUrl);
    expect(link.pathname).toMatch(/^\/password-reset\/[A-Za-z0-9_-]{43}$/);
    expect(mail.raw).not.toContain("evil.example");
    const [row] = await sql<{ seconds: number }>(
      service().db,
      "SELECT extract(epoch FROM expires_at - created_at)::int AS seconds FROM password_resets WHERE account_id = $1",
      member.accountId,
    );
    expect(row?.seconds).toBe(1_800);
    expect(JSON.stringify(await linksOf(member.accountId))).not.toContain(link.pathname.split("/").at(-1));
  });

  it("answers alike for a known, an unknown, a disabled and a capped account: status, headers and body", async () => {
    const { db } = service();
    const [known, disabled, capped] = [await makeMember(), await makeMember(), await makeMember()];
    await sql(db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", disabled.accountId);
    for (let index = 0; index < 4; index += 1) await ask(capped.email);
    await untilAnswered();
    await sql(db, "TRUNCATE rate_limits");
    const shapes: string[] = [];
    for (const email of [known.email, "nobody@clinic.example", disabled.email, capped.email, "not an address"]) {
      const { statusCode, headers, body } = await ask(email);
      const { date: _date, "x-request-id": _id, ratelimit: _counts, ...rest } = headers;
      shapes.push(JSON.stringify({ statusCode, rest, body }));
    }
    expect(new Set(shapes).size).toBe(1);
    expect(shapes[0]).toContain('"statusCode":202');
    await untilAnswered();
    expect(mailbox().countTo(known.email)).toBe(1);
    expect(mailbox().countTo(disabled.email)).toBe(0);
  });

  it("does the same work for everybody: one row, and no look at the accounts", async () => {
    const { db } = service();
    const member = await makeMember();
    // Without workers nothing is looked up: what the request itself has done is what is there.
    const quiet = await openAuthService(database().url);
    try {
      for (const email of [member.email, "nobody@clinic.example"]) {
        const before = await linksOf(member.accountId);
        const answer = await postJson(quiet.app, { url: "/password-reset", payload: { email } });
        expect(answer.statusCode).toBe(202);
        expect(await linksOf(member.accountId)).toEqual(before);
      }
    } finally {
      await quiet.close();
    }
    await untilAnswered();
    expect(await linksOf(member.accountId)).toHaveLength(1);
    const [row] = await sql<object>(db, "SELECT * FROM password_resets WHERE account_id = $1", member.accountId);
    expect(JSON.stringify(row)).not.toContain("staff.example");
  });

  it("sends three mails an hour to one account, also of 15 requests at once from as many addresses", async () => {
    const member = await makeMember();
    const answers = await Promise.all(
      Array.from({ length: 15 }, (_, index) =>
        service().app.inject({
          method: "POST",
          url: "/password-reset",
          headers: { "content-type": "application/json" },
          payload: JSON.stringify({ email: member.email }),
          remoteAddress: `203.0.${index}.9`,
        }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([202]));
    await untilAnswered();
    expect(mailbox().countTo(member.email)).toBe(3);
    expect(await linksOf(member.accountId)).toHaveLength(3);
  });

  it("sends ten in a day", async () => {
    const { db } = service();
    const member = await makeMember();
    for (let round = 0; round < 6; round += 1) {
      for (let index = 0; index < 3; index += 1) await ask(member.email);
      await untilAnswered();
      const older = "UPDATE password_resets SET created_at = created_at - interval '61 minutes' WHERE account_id = $1";
      await sql(db, older, member.accountId);
    }
    expect(mailbox().countTo(member.email)).toBe(10);
  });

  it("writes into the audit log who was asked for and what came of it, and no address of a mailbox", async () => {
    const member = await makeMember();
    await ask(member.email);
    await ask("nobody-at-all@clinic.example");
    await untilAnswered();
    const entries = await auditEntries(service().db, "password.reset_requested");
    const own = entries.filter(({ body }) => body.target?.id === member.accountId);
    expect(own).toMatchObject([
      {
        chainId: clinic.customerId,
        body: { actor: { kind: "unknown", id: null }, address: "127.0.0.0/24", detail: { outcome: "mail_queued" } },
      },
    ]);
    expect(entries.map(({ body }) => body.detail["outcome"])).toContain("no_account");
    expect(JSON.stringify(entries)).not.toMatch(/@|nobody-at-all/);
  });

  it("tells the log no address of a mailbox and no link", async () => {
    const member = await makeMember();
    await ask(member.email);
    const secret =
      linkIn(await mailbox().latestTo(member.email))
        .pathname.split("/")
        .at(-1) ?? "";
    await untilAnswered();
    const text = logLines.join("");
    expect(text).toContain("a mail was sent");
    expect(text).not.toContain(secret);
    expect(text).not.toContain(member.email);
  });

  it("is answered once, of three replicas that all look", async () => {
    const member = await makeMember();
    const others = [
      await openAuthService(database().url, { workers: true, env: { ...env } }),
      await openAuthService(database().url, { workers: true, env: { ...env } }),
    ];
    try {
      await ask(member.email);
      await mailbox().latestTo(member.email);
      await untilAnswered();
      expect(mailbox().countTo(member.email)).toBe(1);
    } finally {
      for (const other of others) await other.close();
    }
  });

  it("survives a replica that dies after it has taken the request", async () => {
    const { db } = service();
    const member = await makeMember();
    const quiet = await openAuthService(database().url);
    await sql(db, "ALTER TABLE outgoing_mails ALTER COLUMN next_attempt_at SET DEFAULT now() + interval '1 hour'");
    try {
      await postJson(quiet.app, { url: "/password-reset", payload: { email: member.email } });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(mailbox().countTo(member.email)).toBe(0);
    } finally {
      await sql(db, "ALTER TABLE outgoing_mails ALTER COLUMN next_attempt_at SET DEFAULT CURRENT_TIMESTAMP");
      await quiet.close();
    }
    // The dead one's claim has run out.
    await sql(db, "UPDATE outgoing_mails SET next_attempt_at = now(), attempts = 1");
    await mailbox().latestTo(member.email);
    await untilAnswered();
    expect(mailbox().countTo(member.email)).toBe(1);
  });
});

describe("422", () => {
  it.each([
    {},
    { email: "" },
    { email: 7 },
    { email: "a".repeat(321) },
    { email: "a@x.example", link: "https://evil" },
  ])("refuses %j", async (payload) => {
    expect((await postJson(service().app, { url: "/password-reset", payload })).statusCode).toBe(422);
  });
});

describe("429", () => {
  it("takes 20 requests an hour from one address, whomever they are about", async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 22; index += 1) {
      const answer = await service().app.inject({
        method: "POST",
        url: "/password-reset",
        headers: { "content-type": "application/json" },
        payload: JSON.stringify({ email: `n${index}@clinic.example` }),
        remoteAddress: "198.51.100.7",
      });
      statuses.push(answer.statusCode);
      expect(answer.headers["ratelimit-policy"]).toBe('"default";q=20;w=3600');
      if (answer.statusCode === 429) expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
    }
    expect(statuses).toEqual([...Array(20).fill(202), 429, 429]);
  });
});

import { describe, expect, it } from "vitest";
import { retryWaitMs } from "./mail-retry.rules.ts";
import { type MailValues, mailTemplates, writeMail } from "./mail-templates.rules.ts";
import { cleanName, refuseAddress } from "./mail-text.rules.ts";

const at = new Date("2026-11-20T16:04:05.678Z");
const notice = { site: "https://surveys.example", at };
const values: MailValues = {
  invitation: { customerName: "Clinic", role: "admin", link: "https://surveys.example/invitations/x" },
  account_created: { customerName: "Clinic", link: "https://surveys.example/password-reset/x" },
  password_reset: { link: "https://surveys.example/password-reset/x" },
  password_changed: notice,
  second_factor_removed: notice,
  passkey_created: { ...notice, passkeyName: "Laptop" },
  sign_in_reused: notice,
};

describe("a template", () => {
  it.each(mailTemplates)("%s has a subject of our own words and says where it comes from", (template) => {
    const { subject, text } = writeMail(template, values[template]);
    expect(subject).toMatch(/^[\w -]{10,60}$/);
    expect(text).toContain("https://surveys.example");
    expect(text).toMatch(/If (it was|you did) not/);
    expect(text.endsWith(".\n")).toBe(true);
  });

  it("knows every template", () => {
    expect([...mailTemplates].sort()).toEqual(Object.keys(values).sort());
  });

  it("says when something happened, to the minute, in UTC", () => {
    expect(writeMail("password_changed", notice).text).toContain("on 2026-11-20 at 16:04 UTC");
  });

  it.each(["Bcc: all@x.example", "\r\nBcc: all@x.example", "\n\nSee http://evil.example/now\n"])(
    "gives %j as a name no line and no link of its own",
    (name) => {
      const { subject, text } = writeMail("invitation", { ...values.invitation, customerName: name });
      expect(subject).toBe("You are invited to Roundtrip");
      expect(text.split("\n").filter((line) => /^(bcc|see)/i.test(line))).toEqual([]);
      expect(text.match(/https?:\/\/\S+|\S+@\S+/g)).toEqual(["https://surveys.example/invitations/x"]);
    },
  );
});

describe("a name in a mail", () => {
  it.each([
    ["Clinic of St. Anne", "Clinic of St. Anne"],
    ["  two\u2028lines\u2029three\u0085four\tfive ", "two lines three four five"],
    ["left\u202Eright\u200B\u00AD\uFEFFnone", "left right none"],
    ["win.evil.example", "win. evil. example"],
    ["https://evil.example", "https evil. example"],
    ["a\u0000b", "a b"],
    ["", ""],
    ["x".repeat(200), `${"x".repeat(79)}…`],
    ["🦊".repeat(100), `${"🦊".repeat(79)}…`],
  ])("%j becomes %j", (name, cleaned) => {
    expect(cleanName(name)).toBe(cleaned);
  });
});

describe("an address", () => {
  it.each(["ada@clinic.example", "a+b@x.example", "ADA@Clinic.Example", "admin@localhost", "ädä@clinic.example"])(
    "%s can be written to",
    (to) => {
      expect(refuseAddress(to)).toBeNull();
    },
  );

  it.each([
    "ada@clinic.example\r\nBcc: all@x.example",
    "ada@clinic.example\nX: y",
    "ada@clinic.example,eve@evil.example",
    "ada@clinic.example;eve@evil.example",
    "Ada <ada@clinic.example>",
    '"ada"@clinic.example',
    "ada@clinic@evil.example",
    "ada clinic@x.example",
    "ada@\u202Ecline.example",
    "@x.example",
    "ada@",
    "ada",
    `${"a".repeat(65)}@x.example`,
    `a@${"b".repeat(260)}.example`,
  ])("%j cannot", (to) => {
    expect(refuseAddress(to)).toBe("not_an_address");
  });
});

describe("the next attempt", () => {
  it("comes after 2 s, then after twice as long each time, and after 5 minutes in the end", () => {
    const waits = Array.from({ length: 12 }, (_, index) => retryWaitMs(index + 1) / 1_000);
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]);
    expect(waits.slice(0, 9).reduce((sum, wait) => sum + wait, 0)).toBeLessThan(30 * 60);
  });
});

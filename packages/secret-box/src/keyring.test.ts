import { describe, expect, it } from "vitest";
import { BoxNotOpened, createKeyringText, openKeyring } from "./keyring.ts";

const place = { table: "survey_secrets", id: "s1", workspaceId: "w1" };

describe("keyring", () => {
  it("opens what it sealed, and never seals twice to the same text", () => {
    const keyring = openKeyring(createKeyringText());
    const box = keyring.seal("hush ✓", place);
    expect(keyring.open(box, place)).toBe("hush ✓");
    expect(keyring.seal("hush ✓", place)).not.toBe(box);
    expect(box).not.toContain("hush");
  });

  it.each([
    ["another table", { ...place, table: "webhook_secrets" }],
    ["another row", { ...place, id: "s2" }],
    ["another workspace", { ...place, workspaceId: "w2" }],
  ])("does not open a box moved to %s", (_name, elsewhere) => {
    const keyring = openKeyring(createKeyringText());
    const box = keyring.seal("hush", place);
    expect(() => keyring.open(box, elsewhere)).toThrow(BoxNotOpened);
  });

  it("refuses a box with one bit changed, cut short, or of an unknown key version", () => {
    const keyring = openKeyring(createKeyringText());
    const box = keyring.seal("hush", place);
    const last = box.endsWith("A") ? "B" : "A";
    expect(() => keyring.open(box.slice(0, -3) + last + box.slice(-2), place)).toThrow(BoxNotOpened);
    expect(() => keyring.open(box.slice(0, 12), place)).toThrow(BoxNotOpened);
    expect(() => keyring.open(box.replace("v1.1.", "v1.9."), place)).toThrow(BoxNotOpened);
    expect(() => keyring.open("plain", place)).toThrow(BoxNotOpened);
  });

  it("seals with the newest key and still opens and finds what older keys made", () => {
    const first = createKeyringText();
    const old = openKeyring(first);
    const both = openKeyring(`${first},2:${createKeyringText().slice(2)}`);
    expect(both.seal("hush", place)).toMatch(/^v1\.2\./);
    expect(both.open(old.seal("hush", place), place)).toBe("hush");
    expect(both.digests("token")).toContain(old.digest("token"));
    expect(both.digest("token")).not.toBe(old.digest("token"));
  });

  it("derives different keys for different purposes", () => {
    const keyring = openKeyring(createKeyringText());
    expect(keyring.derive("a").equals(keyring.derive("b"))).toBe(false);
    expect(keyring.derive("a").equals(keyring.derive("a"))).toBe(true);
  });

  it.each(["", "1:", "1:c2hvcnQ=", "one:AAAA", "1"])("refuses %j as a keyring", (text) => {
    expect(() => openKeyring(text)).toThrow(/MASTER_KEY/);
  });
});

import { createKeyringText, openKeyring } from "@roundtrip/secret-box/keyring";
import { describe, expect, it } from "vitest";
import { findKnownDevice, renewDeviceToken } from "./known-device.ts";

const text = createKeyringText();
const keyring = openKeyring(text);

describe("a device's cookie", () => {
  it("is known again for the subject it was set for, and for no other", () => {
    const cookie = renewDeviceToken(keyring, null, "ada");
    expect(findKnownDevice(keyring, cookie, "ada")).toMatch(/^[\w-]{22}$/);
    expect(findKnownDevice(keyring, cookie, "eve")).toBeNull();
    expect(findKnownDevice(openKeyring(createKeyringText()), cookie, "ada")).toBeNull();
  });

  it("keeps its id when the same subject signs in again, and gets a new one for another", () => {
    const cookie = renewDeviceToken(keyring, null, "ada");
    expect(renewDeviceToken(keyring, cookie, "ada")).toBe(cookie);
    expect(renewDeviceToken(keyring, cookie, "eve").slice(0, 22)).not.toBe(cookie.slice(0, 22));
    expect(renewDeviceToken(keyring, null, "ada")).not.toBe(cookie);
  });

  it("is a stranger's after the master key has changed", () => {
    const cookie = renewDeviceToken(keyring, null, "ada");
    const rotated = openKeyring(`${text},2:${createKeyringText().slice(2)}`);
    expect(findKnownDevice(rotated, cookie, "ada")).toBeNull();
  });

  it.each(["", ".", "x".repeat(5_000), `${"A".repeat(22)}.${"A".repeat(43)}`, `${"A".repeat(22)}.`, "\u0000", "a.b.c"])(
    "%j is none",
    (cookie) => {
      expect(findKnownDevice(keyring, cookie, "ada")).toBeNull();
    },
  );

  it("is none in another spelling of its signature", () => {
    const cookie = renewDeviceToken(keyring, null, "ada");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const respelt = cookie.slice(0, -1) + alphabet.charAt(alphabet.indexOf(cookie.slice(-1)) ^ 1);
    expect(respelt).not.toBe(cookie);
    // The last character's low bits carry nothing: whoever holds the cookie gains nothing by respelling it.
    expect([null, cookie.slice(0, 22)]).toContain(findKnownDevice(keyring, respelt, "ada"));
  });
});

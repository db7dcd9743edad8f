import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Keyring } from "@roundtrip/secret-box/keyring";

/*
 * A device's cookie says "somebody signed in as this subject here before", and nothing else: it opens no door. With it the
 * owner has a budget of guesses that no stranger can use up. `<device id>.<HMAC over subject and device id>`, the id being
 * 128 random bits.
 */

/**
 * The device's id; null when the cookie is missing, changed or another subject's. Only the current version of the key counts:
 * after a rotation of the master key a device is a stranger's until its next sign-in.
 */
export const findKnownDevice = (keyring: Keyring, deviceCookie: string | null, subjectId: string): string | null => {
  const match = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/.exec(deviceCookie ?? "");
  const [, deviceId = "", mac = ""] = match ?? [];
  if (!match) return null;
  const given = Buffer.from(mac, "base64url");
  const expected = macOf(keyring, subjectId, deviceId);
  return given.length === expected.length && timingSafeEqual(given, expected) ? deviceId : null;
};

/** For the device's cookie: the id that it had, or a new one. */
export const renewDeviceToken = (keyring: Keyring, deviceCookie: string | null, subjectId: string): string => {
  const deviceId = findKnownDevice(keyring, deviceCookie, subjectId) ?? randomBytes(16).toString("base64url");
  return `${deviceId}.${macOf(keyring, subjectId, deviceId).toString("base64url")}`;
};

const macOf = (keyring: Keyring, subjectId: string, deviceId: string): Buffer =>
  createHmac("sha256", keyring.derive("device-cookie")).update(`${subjectId}.${deviceId}`).digest();

import { randomBytes } from "node:crypto";
import type { Keyring } from "@roundtrip/secret-box/keyring";

/** 256 bits for a mailed link. The text goes into the mail and nowhere else; the table holds its HMAC. */
export const createLinkSecret = (keyring: Keyring): { readonly secret: string; readonly digest: string } => {
  const secret = randomBytes(32).toString("base64url");
  return { secret, digest: keyring.digest(secret) };
};

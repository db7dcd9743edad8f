import { createHmac, randomBytes } from "node:crypto";

/** Standard Webhooks 1.0 asks for 24 to 64 random bytes. */
const secretBytes = 32;
const secretPrefix = "whsec_";

export const createWebhookSecret = (): string => secretPrefix + randomBytes(secretBytes).toString("base64");

/** The key behind a secret's text; the prefix is only for people. */
export const webhookKey = (secret: string): Buffer =>
  Buffer.from(secret.startsWith(secretPrefix) ? secret.slice(secretPrefix.length) : secret, "base64");

export interface SignedMessage {
  /** The same for every attempt and duplicate. */
  readonly messageId: string;
  /** Of the attempt, in seconds since 1970. */
  readonly timestampSeconds: number;
  readonly body: string;
}

/**
 * Standard Webhooks 1.0, `v1`: base64 HMAC-SHA-256 over `<id>.<timestamp>.<body>`, one signature per key, space separated,
 * in the order of the keys. Receivers accept a message when any of them matches, which is what lets secrets rotate.
 */
export const signWebhook = (keys: readonly Buffer[], message: SignedMessage): string => {
  const signed = `${message.messageId}.${message.timestampSeconds}.${message.body}`;
  return keys.map((key) => `v1,${createHmac("sha256", key).update(signed).digest("base64")}`).join(" ");
};

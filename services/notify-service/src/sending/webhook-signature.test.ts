import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { createWebhookSecret, signWebhook, webhookKey } from "./webhook-signature.ts";

const headersOf = (id: string, timestampSeconds: number, signature: string) => ({
  "webhook-id": id,
  "webhook-timestamp": String(timestampSeconds),
  "webhook-signature": signature,
});
const nowSeconds = () => Math.floor(Date.now() / 1_000);

describe("the signature", () => {
  it("is the one of the Standard Webhooks libraries' own vector", () => {
    const key = webhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const message = {
      messageId: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      timestampSeconds: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(signWebhook([key], message)).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("is accepted by the public library for any body", () => {
    fc.assert(
      fc.property(fc.json(), fc.uuid(), (body, messageId) => {
        const secret = createWebhookSecret();
        const timestampSeconds = nowSeconds();
        const signature = signWebhook([webhookKey(secret)], { messageId, timestampSeconds, body });
        expect(new Webhook(secret).verify(body, headersOf(messageId, timestampSeconds, signature))).toEqual(
          JSON.parse(body),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("is made twice while a secret rotates, and either secret verifies", () => {
    const secrets = [createWebhookSecret(), createWebhookSecret()] as const;
    const message = { messageId: "m1", timestampSeconds: nowSeconds(), body: "{}" };
    const signature = signWebhook(secrets.map(webhookKey), message);
    expect(signature.split(" ")).toHaveLength(2);
    for (const secret of secrets) {
      expect(new Webhook(secret).verify("{}", headersOf("m1", message.timestampSeconds, signature))).toEqual({});
    }
    expect(() =>
      new Webhook(createWebhookSecret()).verify("{}", headersOf("m1", message.timestampSeconds, signature)),
    ).toThrow();
  });

  it("does not carry over to another id, time or body", () => {
    const key = webhookKey(createWebhookSecret());
    const message = { messageId: "m1", timestampSeconds: 1, body: "{}" };
    const others = [
      { ...message, messageId: "m2" },
      { ...message, timestampSeconds: 2 },
      { ...message, body: "{ }" },
    ];
    for (const other of others) expect(signWebhook([key], other)).not.toBe(signWebhook([key], message));
  });
});

describe("a new secret", () => {
  it("has 32 random bytes and the prefix", () => {
    expect(createWebhookSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhookKey(createWebhookSecret())).toHaveLength(32);
    expect(createWebhookSecret()).not.toBe(createWebhookSecret());
  });
});

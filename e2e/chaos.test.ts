import { createHash } from "node:crypto";
import { type LocalStack, startLocalStack } from "@roundtrip/test-harness/local-stack";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { completeWithoutBrowser, type Receiver, type Study, setUpStudy, startReceiver } from "./integrator.ts";

const completions = 200;
const lanes = 8;

describe("kill -9 of anything, and a broker that lost its disk", () => {
  let stack: LocalStack;
  let receiver: Receiver;
  let study: Study;
  beforeAll(async () => {
    [stack, receiver] = await Promise.all([startLocalStack(), startReceiver()]);
    study = await setUpStudy(stack, receiver, "chaos");
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  it(`delivers ${completions} completions, each with one id and one body, each signed`, {
    timeout: 240_000,
  }, async () => {
    let done = 0;
    const calamities = [
      { after: 30, name: "survey-service", strike: () => stack.services.survey.kill9() },
      { after: 70, name: "notify-service", strike: () => stack.services.notify.kill9() },
      { after: 110, name: "nats-server", strike: () => stack.nats.restart() },
      { after: 150, name: "the broker's disk", strike: () => stack.nats.loseDisk() },
    ];
    const struck: string[] = [];
    const strikeWhenDue = async () => {
      const next = calamities[0];
      if (!next || done < next.after) return;
      calamities.shift();
      await next.strike();
      struck.push(next.name);
    };
    const numbers = Array.from({ length: completions }, (_, index) => index);
    const walkLane = async () => {
      for (let number = numbers.shift(); number !== undefined; number = numbers.shift()) {
        await completeWithoutBrowser(study, `person-${number}`, 60_000);
        done += 1;
        await strikeWhenDue();
      }
    };
    await Promise.all(Array.from({ length: lanes }, walkLane));
    expect(struck).toEqual(["survey-service", "notify-service", "nats-server", "the broker's disk"]);

    const usernames = () => new Set(receiver.webhooks.map((webhook) => JSON.parse(webhook.body).data.username));
    await vi.waitFor(() => expect(usernames().size).toBe(completions), { timeout: 120_000, interval: 250 });
    expect(new Set(receiver.webhooks.map((webhook) => webhook.id)).size).toBe(completions);
    const bodies = new Map<string, string>();
    const verifier = new Webhook(study.webhookSecret);
    for (const webhook of receiver.webhooks) {
      verifier.verify(webhook.body, { ...webhook.headers });
      const hash = createHash("sha256").update(webhook.body).digest("hex");
      expect(bodies.get(webhook.id) ?? hash).toBe(hash);
      bodies.set(webhook.id, hash);
    }
    console.log(
      `${receiver.webhooks.length} deliveries of ${bodies.size} events, ${receiver.webhooks.length - bodies.size} duplicates`,
    );
  });

  it("creates users and takes completions while the broker is away, and tells when it is back", {
    timeout: 120_000,
  }, async () => {
    const before = receiver.webhooks.length;
    // Signing in needs the respondent's credential; a first sign-in right after creation would have to ask over the broker.
    await completeWithoutBrowser(study, "regular");
    await vi.waitFor(() => expect(receiver.webhooks.length).toBeGreaterThan(before), {
      timeout: 30_000,
      interval: 100,
    });
    await stack.nats.kill9();
    const submission = await completeWithoutBrowser(study, "regular");
    expect(submission["status"]).toBe("completed");
    await stack.nats.start();
    await vi.waitFor(
      () =>
        expect(receiver.webhooks.filter((webhook) => webhook.body.includes('"regular"')).length).toBeGreaterThanOrEqual(
          2,
        ),
      {
        timeout: 60_000,
        interval: 250,
      },
    );
  });
});

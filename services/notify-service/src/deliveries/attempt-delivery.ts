import { signWebhook } from "../sending/webhook-signature.ts";
import type { AttemptResult } from "./attempt.store.ts";
import { type Answer, judgeAnswer } from "./delivery.rules.ts";
import type { LaneSettings } from "./lane.ts";
import type { OpenDelivery } from "./open-delivery.ts";

/** Whatever carries a request to a receiver. Throws only when the fault is ours. */
export interface Sender {
  send(request: {
    readonly webhookId: string;
    readonly url: string;
    readonly timeoutMs: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }): Promise<Answer>;
}

export interface AttemptDeps {
  readonly sender: Sender;
  /** The body with the submission; the same text every time. */
  readonly findFullBody: (delivery: OpenDelivery) => Promise<string>;
  readonly retryScale: number;
}

export interface MadeAttempt extends AttemptResult {
  readonly webhookId: string;
}

/** One request and what it means. Throws when the fault is ours: then there was no attempt. */
export const attemptDelivery = async (
  deps: AttemptDeps,
  settings: LaneSettings,
  delivery: OpenDelivery,
): Promise<MadeAttempt> => {
  const body = await chooseBody(deps, settings, delivery);
  const at = new Date();
  const keys = settings.keys.filter((each) => each.retiresAtMs > at.getTime()).map((each) => each.key);
  if (keys.length === 0) throw new Error("the webhook has no secret to sign with");
  const timestampSeconds = Math.floor(at.getTime() / 1_000);
  const startedMs = performance.now();
  const answer = await deps.sender.send({
    webhookId: delivery.webhookId,
    url: settings.url,
    timeoutMs: settings.timeoutMs,
    headers: {
      "content-type": "application/json",
      "user-agent": "roundtrip-webhooks/1",
      "webhook-id": delivery.eventId,
      "webhook-timestamp": String(timestampSeconds),
      "webhook-signature": signWebhook(keys, { messageId: delivery.eventId, timestampSeconds, body }),
    },
    body,
  });
  const judgement = judgeAnswer(answer, {
    attempt: delivery.attempt + 1,
    nowMs: Date.now(),
    random: Math.random(),
    scale: deps.retryScale,
  });
  return {
    id: delivery.id,
    webhookId: delivery.webhookId,
    attempt: delivery.attempt,
    ...judgement,
    at,
    durationMs: Math.round(performance.now() - startedMs),
    statusCode: answer.statusCode,
    responseHead: answer.kind === "answered" ? answer.responseHead : null,
  };
};

const chooseBody = async (deps: AttemptDeps, settings: LaneSettings, delivery: OpenDelivery): Promise<string> => {
  if (settings.payload === "thin" || delivery.submissionId === null) return delivery.body;
  return delivery.fullBody ?? deps.findFullBody(delivery);
};

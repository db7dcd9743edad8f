import type { Delivery } from "@roundtrip/contracts/notify/delivery";
import type { FastifyInstance } from "fastify";
import { expect } from "vitest";
import type { Headers } from "./test-callers.ts";

export interface TestWebhook {
  readonly webhookId: string;
  readonly secret: string;
}

export const createTestWebhook = async (
  app: FastifyInstance,
  headers: Headers,
  body: Readonly<Record<string, unknown>>,
): Promise<TestWebhook> => {
  const answer = await app.inject({
    method: "POST",
    url: "/v2/webhooks",
    headers,
    payload: { event_types: ["*"], ...body },
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return { webhookId: answer.json().webhook_id, secret: answer.json().secret };
};

export const listTestDeliveries = async (
  app: FastifyInstance,
  headers: Headers,
  webhookId: string,
): Promise<readonly Delivery[]> => {
  const answer = await app.inject({ url: `/v2/webhooks/${webhookId}/deliveries?limit=200`, headers });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json().data;
};

import { rotateWebhookSecret as operation } from "@roundtrip/contracts/notify/rotate-webhook-secret.http";
import { route } from "@roundtrip/http-operation/route";
import type { NotifyDeps } from "../deps.ts";
import { rotateWebhookSecret } from "./rotate-webhook-secret.ts";

export const rotateWebhookSecretRoute = (deps: NotifyDeps) =>
  route(operation, async ({ params, body, caller }) => {
    const place = { workspaceId: caller.workspaceId, webhookId: params.webhook_id };
    const { secret, previousRetiresAt } = await rotateWebhookSecret(deps, place, body.overlap_seconds);
    return {
      status: 201,
      body: { webhook_id: params.webhook_id, secret, previous_retires_at: previousRetiresAt?.toISOString() ?? null },
      headers: { "cache-control": "no-store" },
    };
  });

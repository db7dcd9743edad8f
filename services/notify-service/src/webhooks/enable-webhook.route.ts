import { enableWebhook as operation } from "@roundtrip/contracts/notify/enable-webhook.http";
import { route } from "@roundtrip/http-operation/route";
import type { NotifyDeps } from "../deps.ts";
import { enableWebhook } from "./change-webhook.ts";
import { viewWebhook } from "./webhook-view.rules.ts";

export const enableWebhookRoute = (deps: NotifyDeps) =>
  route(operation, async ({ params, caller }) => {
    const place = { workspaceId: caller.workspaceId, webhookId: params.webhook_id };
    return { status: 200, body: viewWebhook(await enableWebhook(deps, place)) };
  });

import { updateWebhook as operation } from "@roundtrip/contracts/notify/update-webhook.http";
import { route } from "@roundtrip/http-operation/route";
import type { NotifyDeps } from "../deps.ts";
import { updateWebhook } from "./update-webhook.ts";
import { viewWebhook } from "./webhook-view.rules.ts";

export const updateWebhookRoute = (deps: NotifyDeps) =>
  route(operation, async ({ params, body, caller }) => {
    const place = { workspaceId: caller.workspaceId, webhookId: params.webhook_id };
    const webhook = await updateWebhook(deps, { place, environment: caller.environment, changes: body });
    return { status: 200, body: viewWebhook(webhook) };
  });

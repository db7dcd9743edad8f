import { deleteWebhook as operation } from "@roundtrip/contracts/notify/delete-webhook.http";
import { route } from "@roundtrip/http-operation/route";
import type { NotifyDeps } from "../deps.ts";
import { deleteWebhook } from "./change-webhook.ts";

export const deleteWebhookRoute = (deps: NotifyDeps) =>
  route(operation, async ({ params, caller }) => {
    await deleteWebhook(deps, { workspaceId: caller.workspaceId, webhookId: params.webhook_id });
    return { status: 204, body: null };
  });

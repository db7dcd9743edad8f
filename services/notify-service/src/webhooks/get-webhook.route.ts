import { getWebhook as operation } from "@roundtrip/contracts/notify/get-webhook.http";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { NotifyDeps } from "../deps.ts";
import { findWebhook } from "./webhook.store.ts";
import { viewWebhook } from "./webhook-view.rules.ts";

export const getWebhookRoute = ({ prisma }: Pick<NotifyDeps, "prisma">) =>
  route(operation, async ({ params, caller }) => {
    const webhook = await findWebhook(prisma, { workspaceId: caller.workspaceId, webhookId: params.webhook_id });
    if (!webhook) throw new Problem("webhook_not_found");
    return { status: 200, body: viewWebhook(webhook) };
  });

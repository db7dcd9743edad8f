import { createWebhook as operation } from "@roundtrip/contracts/notify/create-webhook.http";
import { route } from "@roundtrip/http-operation/route";
import type { NotifyDeps } from "../deps.ts";
import { createWebhook } from "./create-webhook.ts";
import { viewWebhook } from "./webhook-view.rules.ts";

export const createWebhookRoute = (deps: NotifyDeps) =>
  route(operation, async ({ body, caller }) => {
    const { workspaceId, environment } = caller;
    const { webhook, secret } = await createWebhook(deps, { workspaceId, environment, given: body });
    return { status: 201, body: { ...viewWebhook(webhook), secret }, headers: { "cache-control": "no-store" } };
  });

import { listWebhooks as operation } from "@roundtrip/contracts/notify/list-webhooks.http";
import { route } from "@roundtrip/http-operation/route";
import type { NotifyDeps } from "../deps.ts";
import { cutPage, pageSize } from "../http/page.rules.ts";
import { requireCursor } from "../http/require-cursor.ts";
import { listWebhooks } from "./webhook.store.ts";
import { viewWebhook } from "./webhook-view.rules.ts";

export const listWebhooksRoute = ({ prisma }: Pick<NotifyDeps, "prisma">) =>
  route(operation, async ({ query, caller }) => {
    const size = pageSize(query.limit);
    const rows = await listWebhooks(prisma, caller.workspaceId, { after: requireCursor(query.after), take: size + 1 });
    const page = cutPage(rows, size, (row) => row.webhookId);
    return { status: 200, body: { data: page.data.map(viewWebhook), next: page.next } };
  });

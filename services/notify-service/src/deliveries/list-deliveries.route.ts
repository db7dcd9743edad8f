import { listDeliveries as operation } from "@roundtrip/contracts/notify/list-deliveries.http";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { NotifyDeps } from "../deps.ts";
import { cutPage, pageSize } from "../http/page.rules.ts";
import { requireCursor } from "../http/require-cursor.ts";
import { findWebhook } from "../webhooks/webhook.store.ts";
import { listDeliveries } from "./delivery.store.ts";
import { viewDeliveries } from "./view-deliveries.ts";

export const listDeliveriesRoute = ({ db, prisma }: Pick<NotifyDeps, "db" | "prisma">) =>
  route(operation, async ({ params, query, caller }) => {
    const place = { workspaceId: caller.workspaceId, webhookId: params.webhook_id };
    const after = requireCursor(query.after);
    if (!(await findWebhook(prisma, place))) throw new Problem("webhook_not_found");
    const size = pageSize(query.limit);
    const rows = await listDeliveries(db, {
      ...place,
      status: query.status ?? null,
      since: query.since ?? null,
      after,
      take: size + 1,
    });
    const page = cutPage(rows, size, (row) => row.deliveryId);
    return { status: 200, body: { data: await viewDeliveries(db, page.data), next: page.next } };
  });

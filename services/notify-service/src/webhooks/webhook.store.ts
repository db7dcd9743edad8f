import type { Environment } from "@roundtrip/contracts/scope";
import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { Prisma } from "../store/notify-db.ts";

export interface Webhook {
  readonly webhookId: string;
  readonly workspaceId: string;
  readonly environment: string;
  readonly url: string;
  readonly description: string | null;
  readonly eventTypes: readonly string[];
  readonly surveys: readonly string[];
  readonly format: string;
  readonly payload: string;
  readonly maxInFlight: number;
  readonly timeoutMs: number;
  readonly state: string;
  readonly disabledReason: string | null;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Place {
  readonly workspaceId: string;
  readonly webhookId: string;
}

export const findWebhook = (prisma: Prisma, { workspaceId, webhookId }: Place): Promise<Webhook | null> =>
  prisma.webhook.findFirst({ where: { webhookId, workspaceId, deletedAt: null } });

/** Oldest first. */
export const listWebhooks = (
  prisma: Prisma,
  workspaceId: string,
  page: { readonly after: string | null; readonly take: number },
): Promise<Webhook[]> =>
  prisma.webhook.findMany({
    where: { workspaceId, deletedAt: null, ...(page.after === null ? {} : { webhookId: { gt: page.after } }) },
    orderBy: { webhookId: "asc" },
    take: page.take,
  });

export interface WebhookColumns {
  readonly url?: string;
  readonly description?: string | null;
  readonly eventTypes?: string[];
  readonly surveys?: string[];
  readonly payload?: string;
  readonly maxInFlight?: number;
  readonly timeoutMs?: number;
  readonly state?: "enabled" | "disabled";
  readonly disabledReason?: "gone" | "manual" | null;
  readonly failingSince?: null;
  readonly deletedAt?: Date;
}

/** Answers the changed webhook, or null when the workspace has none of that id. */
export const updateWebhook = async (
  prisma: Prisma,
  { workspaceId, webhookId }: Place,
  columns: WebhookColumns,
): Promise<Webhook | null> => {
  const [changed] = await prisma.webhook.updateManyAndReturn({
    where: { webhookId, workspaceId, deletedAt: null },
    data: { ...columns, updatedAt: new Date() },
  });
  return changed ?? null;
};

const countInWorkspace = statement<{ count: number }>(
  "webhook-count",
  "SELECT count(*)::int AS count FROM webhooks WHERE workspace_id = $1 AND deleted_at IS NULL",
);
const lockWorkspace = statement(
  "webhook-lock-workspace",
  "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))",
);

/** How many there are, with a lock until the end of the transaction: nobody else in the workspace adds one meanwhile. */
export const countWebhooks = async (tx: Tx, workspaceId: string): Promise<number> => {
  await tx.query(lockWorkspace, [workspaceId]);
  const [row] = await tx.query(countInWorkspace, [workspaceId]);
  return row?.count ?? 0;
};

export interface NewWebhookRow {
  readonly webhookId: string;
  readonly workspaceId: string;
  readonly environment: Environment;
  readonly url: string;
  readonly description: string | null;
  readonly eventTypes: readonly string[];
  readonly surveys: readonly string[];
  readonly payload: string;
  readonly maxInFlight: number;
  readonly timeoutMs: number;
}

const insert = statement<Webhook>(
  "webhook-insert",
  `INSERT INTO webhooks (webhook_id, workspace_id, environment, url, description, event_types, surveys, format, payload,
     max_in_flight, timeout_ms)
   VALUES ($1, $2, $3, $4, $5, $6, $7, 'standard', $8, $9, $10)
   RETURNING webhook_id AS "webhookId", workspace_id AS "workspaceId", environment, url, description,
     event_types AS "eventTypes", surveys, format, payload, max_in_flight AS "maxInFlight", timeout_ms AS "timeoutMs", state,
     disabled_reason AS "disabledReason", failing_since AS "failingSince", created_at AS "createdAt", updated_at AS "updatedAt"`,
);

export const insertWebhook = async (tx: Tx, row: NewWebhookRow): Promise<Webhook> => {
  const [webhook] = await tx.query(insert, [
    row.webhookId,
    row.workspaceId,
    row.environment,
    row.url,
    row.description,
    row.eventTypes,
    row.surveys,
    row.payload,
    row.maxInFlight,
    row.timeoutMs,
  ]);
  if (!webhook) throw new Error("an insert answered no row");
  return webhook;
};

export interface WantingWebhook {
  readonly webhookId: string;
  readonly workspaceId: string;
  readonly eventTypes: readonly string[];
  readonly surveys: readonly string[];
}

const wanting = statement<WantingWebhook>(
  "webhook-wanting",
  `SELECT webhook_id AS "webhookId", workspace_id AS "workspaceId", event_types AS "eventTypes", surveys FROM webhooks
   WHERE workspace_id = ANY($1::uuid[]) AND state = 'enabled' AND deleted_at IS NULL`,
);

/** Every webhook of these workspaces that takes events now. */
export const listEnabledWebhooks = (sql: Sql, workspaceIds: readonly string[]): Promise<WantingWebhook[]> =>
  sql.query(wanting, [workspaceIds]);

import { type Sql, statement } from "@roundtrip/database/database";
import type { OpenDelivery } from "./open-delivery.ts";

export interface LaneWish {
  readonly shard: number;
  readonly webhookId: string;
  readonly rowsMax: number;
}

export interface LaneRow extends OpenDelivery {
  /** Zero or less: may be sent now. Only retries can be in the future. */
  readonly dueInMs: number;
}

/**
 * The next rows of some lanes: first tries by age, and retries by the instant they are due, future ones included so that
 * the lane learns when to look again. Two short index ranges per lane, whatever its backlog.
 */
const load = statement<LaneRow>(
  "lane-load",
  `SELECT d.id, d.delivery_id AS "deliveryId", d.event_id AS "eventId", d.event_created_at AS "eventCreatedAt",
     d.webhook_id AS "webhookId", d.workspace_id AS "workspaceId", d.shard, d.attempt,
     e.submission_id AS "submissionId", e.body, e.full_body AS "fullBody",
     (CASE WHEN d.attempt = 0 THEN 0 ELSE extract(epoch FROM d.next_attempt_at - now()) * 1000 END)::float8 AS "dueInMs"
   FROM unnest($1::smallint[], $2::uuid[], $3::integer[]) AS lane(shard, webhook_id, rows_max)
   CROSS JOIN LATERAL (
     (SELECT * FROM deliveries f WHERE f.shard = lane.shard AND f.webhook_id = lane.webhook_id AND f.attempt = 0
      ORDER BY f.id LIMIT lane.rows_max)
     UNION ALL
     (SELECT * FROM deliveries r WHERE r.shard = lane.shard AND r.webhook_id = lane.webhook_id AND r.attempt > 0
      ORDER BY r.next_attempt_at, r.id LIMIT lane.rows_max)) AS d
   JOIN events e ON e.event_id = d.event_id AND e.created_at = d.event_created_at`,
);

export const loadLanes = (sql: Sql, wishes: readonly LaneWish[]): Promise<LaneRow[]> =>
  sql.query(load, [
    wishes.map((wish) => wish.shard),
    wishes.map((wish) => wish.webhookId),
    wishes.map((wish) => wish.rowsMax),
  ]);

export interface FoundLane {
  readonly shard: number;
  readonly webhookId: string;
}

/** Skips from webhook to webhook in the index: a few microseconds for each, however many rows it has. */
const withFirstTries = statement<FoundLane>(
  "lane-with-first-tries",
  `SELECT owned.shard, found.webhook_id AS "webhookId"
   FROM unnest($1::smallint[]) AS owned(shard)
   CROSS JOIN LATERAL (
     WITH RECURSIVE lane AS (
       (SELECT d.webhook_id FROM deliveries d WHERE d.shard = owned.shard AND d.attempt = 0 ORDER BY d.webhook_id LIMIT 1)
       UNION ALL
       SELECT next.webhook_id FROM lane CROSS JOIN LATERAL (
         SELECT d.webhook_id FROM deliveries d
         WHERE d.shard = owned.shard AND d.attempt = 0 AND d.webhook_id > lane.webhook_id
         ORDER BY d.webhook_id LIMIT 1) AS next)
     SELECT webhook_id FROM lane) AS found`,
);

/** Webhooks of these shards that have deliveries nobody has tried. */
export const listLanesWithFirstTries = (sql: Sql, shards: readonly number[]): Promise<FoundLane[]> =>
  sql.query(withFirstTries, [shards]);

export interface FoundRetry extends FoundLane {
  readonly dueInMs: number;
}

const withRetries = statement<FoundRetry>(
  "lane-with-retries",
  `SELECT owned.shard, found.webhook_id AS "webhookId",
     (extract(epoch FROM found.next_attempt_at - now()) * 1000)::float8 AS "dueInMs"
   FROM unnest($1::smallint[]) AS owned(shard)
   CROSS JOIN LATERAL (
     WITH RECURSIVE lane AS (
       (SELECT d.webhook_id, d.next_attempt_at FROM deliveries d WHERE d.shard = owned.shard AND d.attempt > 0
        ORDER BY d.webhook_id, d.next_attempt_at LIMIT 1)
       UNION ALL
       SELECT next.webhook_id, next.next_attempt_at FROM lane CROSS JOIN LATERAL (
         SELECT d.webhook_id, d.next_attempt_at FROM deliveries d
         WHERE d.shard = owned.shard AND d.attempt > 0 AND d.webhook_id > lane.webhook_id
         ORDER BY d.webhook_id, d.next_attempt_at LIMIT 1) AS next)
     SELECT webhook_id, next_attempt_at FROM lane) AS found`,
);

/** Webhooks of these shards that have retries, with the instant of the earliest. */
export const listLanesWithRetries = (sql: Sql, shards: readonly number[]): Promise<FoundRetry[]> =>
  sql.query(withRetries, [shards]);

export interface LaneSettingsRow {
  readonly webhookId: string;
  readonly workspaceId: string;
  readonly url: string;
  readonly payload: string;
  readonly maxInFlight: number;
  readonly timeoutMs: number;
  readonly isEnabled: boolean;
  readonly isFailing: boolean;
}

const settings = statement<LaneSettingsRow>(
  "lane-settings",
  `SELECT webhook_id AS "webhookId", workspace_id AS "workspaceId", url, payload, max_in_flight AS "maxInFlight",
     timeout_ms AS "timeoutMs", state = 'enabled' AND deleted_at IS NULL AS "isEnabled", failing_since IS NOT NULL AS "isFailing"
   FROM webhooks WHERE webhook_id = ANY($1::uuid[])`,
);

export const listLaneSettings = (sql: Sql, webhookIds: readonly string[]): Promise<LaneSettingsRow[]> =>
  sql.query(settings, [webhookIds]);

const giveUp = statement<{ id: string }>(
  "lane-give-up",
  `WITH ended AS (
     DELETE FROM deliveries WHERE id IN (
       SELECT d.id FROM deliveries d JOIN webhooks w ON w.webhook_id = d.webhook_id
       WHERE d.webhook_id = $1 AND (w.state <> 'enabled' OR w.deleted_at IS NOT NULL) AND d.id <> ALL($2::bigint[])
       LIMIT $3)
     RETURNING *),
   moved AS (
     INSERT INTO deliveries_done (delivery_id, event_id, webhook_id, workspace_id, type, status, attempt, created_at)
     SELECT delivery_id, event_id, webhook_id, workspace_id, type, 'failed', attempt, created_at FROM ended)
   SELECT id FROM ended`,
);

/** Ends what is open of a webhook that is disabled or deleted, up to `rowsMax`; requests under way are left to end. */
export const giveUpDeliveries = async (
  sql: Sql,
  webhookId: string,
  options: { readonly underWay: readonly string[]; readonly rowsMax: number },
): Promise<readonly string[]> =>
  (await sql.query(giveUp, [webhookId, options.underWay, options.rowsMax])).map((row) => row.id);

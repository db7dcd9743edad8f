import { type Sql, statement } from "@roundtrip/database/database";

export interface FullBodyRow {
  readonly eventId: string;
  readonly eventCreatedAt: Date;
  readonly fullBody: string;
}

/** The first text wins: whoever comes second, from another engine or another webhook, gets the one that was stored. */
const keep = statement<{ eventId: string; fullBody: string }>(
  "full-body-keep",
  `UPDATE events e SET full_body = coalesce(e.full_body, made.full_body)
   FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS made(event_id, created_at, full_body)
   WHERE e.event_id = made.event_id AND e.created_at = made.created_at
   RETURNING e.event_id AS "eventId", e.full_body AS "fullBody"`,
);

export const keepFullBodies = async (sql: Sql, rows: readonly FullBodyRow[]): Promise<ReadonlyMap<string, string>> => {
  const kept = await sql.query(keep, [
    rows.map((row) => row.eventId),
    rows.map((row) => row.eventCreatedAt),
    rows.map((row) => row.fullBody),
  ]);
  return new Map(kept.map((row) => [row.eventId, row.fullBody]));
};

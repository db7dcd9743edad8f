import { type Sql, statement } from "@roundtrip/database/database";

/** What one attempt came to. */
export interface AttemptResult {
  /** `deliveries.id`. */
  readonly id: string;
  /** Attempts before this one: the fence. */
  readonly attempt: number;
  readonly outcome: "delivered" | "retry" | "exhausted" | "gone";
  /** With `retry`: how long from now. */
  readonly delayMs: number;
  readonly at: Date;
  readonly statusCode: number | null;
  readonly durationMs: number;
  readonly responseHead: string | null;
  readonly error: string | null;
}

/**
 * Results of up to 200 attempts in one statement: the log of the attempt, and what becomes of the delivery, both or
 * neither. A result counts only while `attempt` is what it was when the request began: an engine that was asleep while
 * another one took over changes nothing. 410 disables the webhook in the same breath.
 */
const record = statement<{ id: string }>(
  "attempt-record",
  `WITH result AS (
     SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::integer[], $5::timestamptz[], $6::smallint[],
       $7::integer[], $8::text[], $9::text[])
       AS result(id, attempt, outcome, delay_ms, at, status_code, duration_ms, response_head, error)),
   ended AS (
     DELETE FROM deliveries d USING result r
     WHERE d.id = r.id AND d.attempt = r.attempt AND r.outcome <> 'retry'
     RETURNING d.id, d.delivery_id, d.event_id, d.webhook_id, d.workspace_id, d.type, d.attempt + 1 AS attempt, d.created_at,
       r.outcome),
   waiting AS (
     UPDATE deliveries d
     SET attempt = d.attempt + 1, next_attempt_at = now() + r.delay_ms * interval '1 millisecond'
     FROM result r
     WHERE d.id = r.id AND d.attempt = r.attempt AND r.outcome = 'retry'
     RETURNING d.id, d.delivery_id, d.attempt),
   moved AS (
     INSERT INTO deliveries_done (delivery_id, event_id, webhook_id, workspace_id, type, status, attempt, created_at)
     SELECT delivery_id, event_id, webhook_id, workspace_id, type, CASE outcome WHEN 'gone' THEN 'failed' ELSE outcome END,
       attempt, created_at
     FROM ended),
   taken AS (SELECT id, delivery_id, attempt FROM ended UNION ALL SELECT id, delivery_id, attempt FROM waiting),
   logged AS (
     INSERT INTO delivery_attempts (delivery_id, attempt, at, status_code, duration_ms, response_head, error)
     SELECT t.delivery_id, t.attempt, r.at, r.status_code, r.duration_ms, r.response_head, r.error
     FROM taken t JOIN result r ON r.id = t.id),
   gone AS (
     UPDATE webhooks SET state = 'disabled', disabled_reason = 'gone', updated_at = now()
     WHERE webhook_id IN (SELECT webhook_id FROM ended WHERE outcome = 'gone') AND state = 'enabled')
   SELECT id FROM taken`,
);

/** Answers the ids whose result counted; the others had been advanced, ended or deleted by somebody else. */
export const recordResults = async (sql: Sql, results: readonly AttemptResult[]): Promise<ReadonlySet<string>> => {
  const taken = await sql.query(record, [
    results.map((result) => result.id),
    results.map((result) => result.attempt),
    results.map((result) => result.outcome),
    results.map((result) => result.delayMs),
    results.map((result) => result.at),
    results.map((result) => result.statusCode),
    results.map((result) => result.durationMs),
    results.map((result) => result.responseHead),
    results.map((result) => result.error),
  ]);
  return new Set(taken.map((row) => row.id));
};

const markFailing = statement(
  "attempt-mark-failing",
  "UPDATE webhooks SET failing_since = now() WHERE webhook_id = ANY($1::uuid[]) AND failing_since IS NULL",
);
const markWorking = statement(
  "attempt-mark-working",
  "UPDATE webhooks SET failing_since = NULL WHERE webhook_id = ANY($1::uuid[]) AND failing_since IS NOT NULL",
);

/** Written only when it changes, so a busy webhook's row is not. */
export const markWebhooks = async (
  sql: Sql,
  webhookIds: readonly string[],
  state: "failing" | "working",
): Promise<void> => {
  await sql.query(state === "failing" ? markFailing : markWorking, [webhookIds]);
};

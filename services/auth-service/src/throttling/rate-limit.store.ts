import { type Sql, statement } from "@roundtrip/database/database";

export interface LimitUse {
  /** Already an HMAC: no address or name is stored. */
  readonly limitKey: string;
  readonly now: Date;
  /** `window / limit`. */
  readonly stepMs: number;
  readonly windowMs: number;
}

interface LimitUseRow {
  readonly arrival_at: Date;
  readonly used: boolean;
}

/**
 * GCRA in one statement: the row's lock puts the requests of all replicas in a line, and each sees what the one before it has
 * left. A use that is one too many changes nothing. A time further away than two windows comes from a clock that has been
 * set back since, and counts as an empty bucket.
 */
const useStatement = statement<LimitUseRow>(
  "rate-limits-use",
  `WITH wanted AS (
     SELECT $1::text AS limit_key, $2::timestamptz AS now, $3 * interval '1 ms' AS step, $4 * interval '1 ms' AS span),
   used AS (
     INSERT INTO rate_limits AS stored (limit_key, arrival_at) SELECT limit_key, now + step FROM wanted
     ON CONFLICT (limit_key) DO UPDATE SET arrival_at = CASE
         WHEN stored.arrival_at > $2::timestamptz + 2 * $4 * interval '1 ms' THEN excluded.arrival_at
         ELSE greatest(stored.arrival_at, $2::timestamptz) + $3 * interval '1 ms' END
       WHERE stored.arrival_at + $3 * interval '1 ms' <= $2::timestamptz + $4 * interval '1 ms'
         OR stored.arrival_at > $2::timestamptz + 2 * $4 * interval '1 ms'
     RETURNING arrival_at)
   SELECT arrival_at, true AS used FROM used
   UNION ALL SELECT arrival_at, false FROM rate_limits WHERE limit_key = $1 AND NOT EXISTS (SELECT 1 FROM used)`,
);

/** One use, unless it is one too many. `arrivalAt` is when the bucket is whole again. */
export const useLimit = async (sql: Sql, use: LimitUse): Promise<{ used: boolean; arrivalAt: Date }> => {
  const [row] = await sql.query(useStatement, [use.limitKey, use.now, use.stepMs, use.windowMs]);
  // No row: refused by a competitor that inserted the bucket after this statement's snapshot was taken. It is full.
  return row
    ? { used: row.used, arrivalAt: row.arrival_at }
    : { used: false, arrivalAt: new Date(use.now.getTime() + use.windowMs) };
};

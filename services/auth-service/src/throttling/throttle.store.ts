import { type Sql, statement } from "@roundtrip/database/database";
import { failuresFree, throttleDelays } from "./throttle.rules.ts";

interface BlockRow {
  readonly blocked_until: Date | null;
}

/** `$3` is how long nothing is tried after 1, 2, 3 ... failures, in seconds. */
const delayAfter = (failures: string): string =>
  `nullif(($3::int[])[least(${failures}, cardinality($3::int[]))], 0) * interval '1 s'`;

/**
 * Whoever has failed often gets one try at a time: the try itself starts the next delay, so that of any number of
 * parallel requests on any number of replicas one goes through. The `SELECT` sees the row as it was before.
 */
const enterStatement = statement<BlockRow & { readonly entered: boolean }>(
  "sign-in-throttles-enter",
  `WITH entered AS (
     UPDATE sign_in_throttles SET blocked_until = $2::timestamptz + ${delayAfter("failures + 1")}, updated_at = $2
     WHERE throttle_key = $1 AND failures >= $4 AND coalesce(blocked_until, '-infinity') <= $2 RETURNING 1)
   SELECT blocked_until, failures < $4 OR EXISTS (SELECT 1 FROM entered) AS entered
   FROM sign_in_throttles WHERE throttle_key = $1`,
);

/** Null when a try may be made. Else the moment until which none may; it may have passed when another try took the turn. */
export const enterThrottle = async (sql: Sql, throttleKey: string, now: Date): Promise<Date | null> => {
  const [row] = await sql.query(enterStatement, [throttleKey, now, throttleDelays, failuresFree]);
  return !row || row.entered ? null : (row.blocked_until ?? now);
};

const failStatement = statement(
  "sign-in-throttles-fail",
  `INSERT INTO sign_in_throttles AS stored (throttle_key, failures, blocked_until, updated_at)
   VALUES ($1, 1, $2::timestamptz + ${delayAfter("1")}, $2)
   ON CONFLICT (throttle_key) DO UPDATE SET failures = stored.failures + 1, updated_at = $2,
     blocked_until = $2::timestamptz + ${delayAfter("stored.failures + 1")}`,
);

export const addFailure = async (sql: Sql, throttleKey: string, now: Date): Promise<void> => {
  await sql.query(failStatement, [throttleKey, now, throttleDelays]);
};

const claimStatement = statement<BlockRow>(
  "sign-in-throttles-claim",
  `INSERT INTO sign_in_throttles AS stored (throttle_key, failures, blocked_until, updated_at)
   VALUES ($1, 1, $2::timestamptz + ${delayAfter("1")}, $2)
   ON CONFLICT (throttle_key) DO UPDATE SET failures = stored.failures + 1, updated_at = $2,
     blocked_until = $2::timestamptz + ${delayAfter("stored.failures + 1")}
     WHERE coalesce(stored.blocked_until, '-infinity') <= $2
   RETURNING blocked_until`,
);

/** Counts a failure before it has happened. False while nothing may be tried. */
export const claimFailure = async (sql: Sql, throttleKey: string, now: Date): Promise<boolean> =>
  (await sql.query(claimStatement, [throttleKey, now, throttleDelays])).length > 0;

const blockStatement = statement<BlockRow>(
  "sign-in-throttles-block",
  "SELECT blocked_until FROM sign_in_throttles WHERE throttle_key = $1",
);

export const findBlock = async (sql: Sql, throttleKey: string): Promise<Date | null> =>
  (await sql.query(blockStatement, [throttleKey]))[0]?.blocked_until ?? null;

const leaveStatement = statement(
  "sign-in-throttles-leave",
  "UPDATE sign_in_throttles SET blocked_until = NULL WHERE throttle_key = $1",
);

/** Gives back the turn of a try that was neither right nor wrong. */
export const leaveThrottle = async (sql: Sql, throttleKey: string): Promise<void> => {
  await sql.query(leaveStatement, [throttleKey]);
};

const clearStatement = statement("sign-in-throttles-clear", "DELETE FROM sign_in_throttles WHERE throttle_key = $1");

export const clearThrottle = async (sql: Sql, throttleKey: string): Promise<void> => {
  await sql.query(clearStatement, [throttleKey]);
};

const clearAllStatement = statement(
  "sign-in-throttles-clear-all",
  "DELETE FROM sign_in_throttles WHERE throttle_key = $1 OR starts_with(throttle_key, $1 || ':')",
);

/** The key and those of its known devices and networks. */
export const clearThrottles = async (sql: Sql, throttleKey: string): Promise<void> => {
  await sql.query(clearAllStatement, [throttleKey]);
};

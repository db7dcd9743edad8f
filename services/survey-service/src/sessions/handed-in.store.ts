import { type Sql, statement } from "@roundtrip/database/database";
import type { HandedIn } from "./limits.rules.ts";

const count = statement<{ total: string; today: string; lastAt: Date | null }>(
  "handed-in-count",
  `SELECT count(*) AS total, count(*) FILTER (WHERE completed_at >= $2) AS today, max(completed_at) AS "lastAt"
   FROM submissions WHERE respondent_id = $1`,
);

/** What the respondent has handed in; `dayBegan` is the instant at which the respondent's day began. */
export const countHandedIn = async (sql: Sql, respondentId: string, dayBegan: Date): Promise<HandedIn> => {
  const [row] = await sql.query(count, [respondentId, dayBegan]);
  return { total: Number(row?.total ?? 0), today: Number(row?.today ?? 0), lastAt: row?.lastAt ?? null };
};

import { type Sql, statement, type Tx } from "@roundtrip/database/database";

export interface SpentToken {
  readonly surveyId: string;
  readonly jti: string;
  /** Seconds since 1970 (`exp`); null for a token that never expires and is remembered for ever. */
  readonly exp: number | null;
}

/** The last second of the year 9999. Senders may claim any number, and Postgres' calendar ends before theirs. */
const expMax = 253_402_300_799;

const spend = statement(
  "used-token-spend",
  `INSERT INTO used_tokens (survey_id, jti, expires_at) VALUES ($1, $2, coalesce(to_timestamp($3::float8), 'infinity'))
   ON CONFLICT (survey_id, jti) DO NOTHING RETURNING jti`,
);

/** False when it was spent before. Waits for another transaction that spends the same one. */
export const spendToken = async (tx: Tx, token: SpentToken): Promise<boolean> =>
  (await tx.query(spend, [token.surveyId, token.jti, token.exp === null ? null : Math.min(token.exp, expMax)])).length >
  0;

const find = statement("used-token-find", "SELECT jti FROM used_tokens WHERE survey_id = $1 AND jti = $2");

export const isTokenSpent = async (sql: Sql, token: Omit<SpentToken, "exp">): Promise<boolean> =>
  (await sql.query(find, [token.surveyId, token.jti])).length > 0;

const prune = statement(
  "used-token-prune",
  `DELETE FROM used_tokens WHERE (survey_id, jti) IN (
     SELECT survey_id, jti FROM used_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT 5000)`,
);

/** A token that has expired is refused anyway. */
export const pruneSpentTokens = async (sql: Sql, now: Date): Promise<void> => {
  await sql.query(prune, [now]);
};

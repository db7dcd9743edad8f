import { type Sql, statement } from "@roundtrip/database/database";

export interface NewOidcChallenge {
  readonly challengeId: string;
  readonly accountId: string | null;
  /** Sealed JSON. */
  readonly box: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

const insertStatement = statement(
  "challenges-insert-oidc",
  `INSERT INTO challenges (challenge_id, purpose, account_id, box, created_at, expires_at)
   VALUES ($1, 'oidc', $2, $3, $4, $5)`,
);

export const insertOidcChallenge = async (sql: Sql, challenge: NewOidcChallenge): Promise<void> => {
  const { challengeId, accountId, box, now, expiresAt } = challenge;
  await sql.query(insertStatement, [challengeId, accountId, box, now, expiresAt]);
};

const findStatement = statement<{ box: string }>(
  "challenges-find-oidc",
  `SELECT box FROM challenges
   WHERE challenge_id = $1 AND purpose = 'oidc' AND used_at IS NULL AND expires_at > $2`,
);

/** Null when it is unknown, used or too old. */
export const findOidcChallenge = async (sql: Sql, challengeId: string, now: Date): Promise<string | null> =>
  (await sql.query(findStatement, [challengeId, now]))[0]?.box ?? null;

const spendStatement = statement<{ challenge_id: string }>(
  "challenges-spend-oidc",
  "UPDATE challenges SET used_at = $2 WHERE challenge_id = $1 AND used_at IS NULL RETURNING challenge_id",
);

/** True for one caller only, however many come at once. */
export const spendOidcChallenge = async (sql: Sql, challengeId: string, now: Date): Promise<boolean> =>
  (await sql.query(spendStatement, [challengeId, now])).length > 0;

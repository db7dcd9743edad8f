import { type Sql, statement } from "@roundtrip/database/database";

export type PasskeyPurpose = "passkey_registration" | "passkey_sign_in";

export interface NewChallenge {
  readonly challengeId: string;
  readonly purpose: PasskeyPurpose;
  /** Who alone may come back with it; null for whoever signs in. */
  readonly accountId: string | null;
  readonly box: string;
  readonly now: Date;
  readonly expiresAt: Date;
}

/** Each new one takes two old ones with it, so that the table stays as small as its traffic without a worker of its own. */
const insertStatement = statement(
  "challenges-insert",
  `WITH swept AS (
     DELETE FROM challenges WHERE challenge_id IN (
       SELECT challenge_id FROM challenges WHERE expires_at < $5 ORDER BY expires_at LIMIT 2 FOR UPDATE SKIP LOCKED))
   INSERT INTO challenges (challenge_id, purpose, account_id, box, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
);

export const insertChallenge = async (sql: Sql, challenge: NewChallenge): Promise<void> => {
  const { challengeId, purpose, accountId, box, now, expiresAt } = challenge;
  await sql.query(insertStatement, [challengeId, purpose, accountId, box, now, expiresAt]);
};

const takeStatement = statement<{ box: string }>(
  "challenges-take",
  `UPDATE challenges SET used_at = $4
   WHERE challenge_id = $1 AND purpose = $2 AND account_id IS NOT DISTINCT FROM $3::uuid AND used_at IS NULL
     AND expires_at > $4
   RETURNING box`,
);

export type ChallengeUse = Pick<NewChallenge, "challengeId" | "purpose" | "accountId" | "now">;

/** Spends it, whatever comes of it. Null for one that is unknown, used, too old, for something else or for somebody else. */
export const takeChallenge = async (sql: Sql, use: ChallengeUse): Promise<string | null> =>
  (await sql.query(takeStatement, [use.challengeId, use.purpose, use.accountId, use.now]))[0]?.box ?? null;

import type { CustomField } from "@roundtrip/contracts/survey/respondent-object";
import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { OutboxRow } from "@roundtrip/outbox/outbox.store";

/** A respondent with what is stored of the user behind it. */
export interface Respondent {
  readonly respondentId: string;
  readonly userId: string;
  readonly keyVersion: number;
  readonly counter: number;
  readonly charset: string | null;
  readonly length: number;
  readonly tokenExpiresAt: Date | null;
  readonly redirectUrl: string | null;
  readonly name: string | null;
  readonly customFields: readonly CustomField[];
  readonly externalUserId: string | null;
}

/** Everything a new respondent needs; written only if there is none with this username. */
export interface NewRespondent extends Respondent {
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly authToken: string;
  readonly tokenDigest: string;
  readonly createdAt: Date;
  /** Written with the respondent, or not at all. As parameters of their own: an array of texts is escaped text by text. */
  readonly events: readonly [OutboxRow, OutboxRow, OutboxRow];
}

const columns = `r.respondent_id AS "respondentId", r.user_id AS "userId", r.token_key_version AS "keyVersion",
  r.token_counter AS "counter", r.token_charset AS "charset", r.token_length AS "length",
  r.token_expires_at AS "tokenExpiresAt", r.redirect_url AS "redirectUrl", u.name, u.custom_fields AS "customFields",
  u.external_user_id AS "externalUserId"`;

const byUsername = statement<Respondent>(
  "respondent-by-username",
  `SELECT ${columns} FROM respondents r JOIN users u USING (user_id) WHERE r.survey_id = $1 AND r.username = $2`,
);

export const findRespondent = async (sql: Sql, surveyId: string, username: string): Promise<Respondent | null> => {
  const [row] = await sql.query(byUsername, [surveyId, username]);
  return row ?? null;
};

/**
 * Finds or creates in one statement and one round trip. Of two that create the same username at once, the second waits
 * for the first and then answers no row: its snapshot is older than the row it collided with.
 */
const enter = statement<Respondent & { created: boolean }>(
  "respondent-enter",
  `WITH existing AS (
     SELECT ${columns} FROM respondents r JOIN users u USING (user_id) WHERE r.survey_id = $3 AND r.username = $5
   ), created AS (
     INSERT INTO respondents (respondent_id, workspace_id, survey_id, user_id, username, password_hash, token_key_version,
       token_counter, token_charset, token_length, token_digest, token_expires_at, redirect_url, created_at, updated_at)
     SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::int, $8::int, $9::text, $10::int, $11::text,
       $12::timestamptz, $13::text, $14::timestamptz, $14::timestamptz
     WHERE NOT EXISTS (SELECT FROM existing)
     ON CONFLICT (survey_id, username) DO NOTHING
     RETURNING respondent_id
   ), person AS (
     INSERT INTO users (user_id, workspace_id, name, custom_fields, created_at, updated_at)
     SELECT $4::uuid, $2::uuid, $15::text, $16::jsonb, $14::timestamptz, $14::timestamptz FROM created
   ), events AS (
     INSERT INTO outbox (event_id, type, workspace_id, body)
     SELECT e.event_id, e.type, $2::uuid, e.body FROM created, (VALUES
       ($17::uuid, $18::text, $19::text), ($20::uuid, $21::text, $22::text), ($23::uuid, $24::text, $25::text)
     ) AS e (event_id, type, body)
   )
   SELECT false AS created, existing.* FROM existing
   UNION ALL
   SELECT true, respondent_id, $4::uuid, $7::int, $8::int, $9::text, $10::int, $12::timestamptz, $13::text, $15::text, $16::jsonb, NULL::text
   FROM created`,
);

const attemptsMax = 5;

export const enterRespondent = async (sql: Sql, given: NewRespondent): Promise<Respondent & { created: boolean }> => {
  const values = enterValues(given);
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const [row] = await sql.query(enter, values);
    if (row) return row;
  }
  throw new Error("a respondent can neither be found nor created");
};

const enterValues = (given: NewRespondent): readonly unknown[] => [
  given.respondentId,
  given.workspaceId,
  given.surveyId,
  given.userId,
  given.username,
  given.passwordHash,
  given.keyVersion,
  given.counter,
  given.charset,
  given.length,
  given.tokenDigest,
  given.tokenExpiresAt?.toISOString() ?? null,
  given.redirectUrl,
  given.createdAt.toISOString(),
  given.name,
  JSON.stringify(given.customFields),
  ...given.events.flatMap(({ eventId, type, body }) => [eventId, type, body]),
];

/** Absent members stay as they are. */
export interface UserChange {
  readonly name?: string | null;
  readonly customFields?: readonly CustomField[];
}

/** Answers a row only when something is different by then: of many equal changes at once, one counts. */
const changeUserStatement = statement(
  "user-change",
  `UPDATE users SET name = CASE WHEN $2 THEN $3 ELSE name END,
     custom_fields = CASE WHEN $4 THEN $5::jsonb ELSE custom_fields END, updated_at = $6
   WHERE user_id = $1 AND (($2 AND name IS DISTINCT FROM $3) OR ($4 AND custom_fields IS DISTINCT FROM $5::jsonb))
   RETURNING user_id`,
);

export const changeUser = async (tx: Tx, userId: string, change: UserChange & { now: Date }): Promise<boolean> => {
  const { name, customFields, now } = change;
  const rows = await tx.query(changeUserStatement, [
    userId,
    name !== undefined,
    name ?? null,
    customFields !== undefined,
    JSON.stringify(customFields ?? []),
    now,
  ]);
  return rows.length > 0;
};

const changeRedirectStatement = statement(
  "respondent-change-redirect",
  `UPDATE respondents SET redirect_url = $2, updated_at = $3
   WHERE respondent_id = $1 AND redirect_url IS DISTINCT FROM $2 RETURNING respondent_id`,
);

export const changeRedirectUrl = async (
  tx: Tx,
  respondentId: string,
  change: { url: string; now: Date },
): Promise<boolean> => (await tx.query(changeRedirectStatement, [respondentId, change.url, change.now])).length > 0;

const renewTokenStatement = statement<{ revision: number }>(
  "respondent-renew-token",
  `UPDATE respondents SET token_expires_at = $2, revision = revision + 1, updated_at = $3
   WHERE respondent_id = $1 AND token_expires_at < $2 RETURNING revision`,
);

/** True when the token lives longer now than before. */
export const renewToken = async (
  tx: Tx,
  respondentId: string,
  change: { expiresAt: Date; now: Date },
): Promise<boolean> => (await tx.query(renewTokenStatement, [respondentId, change.expiresAt, change.now])).length > 0;

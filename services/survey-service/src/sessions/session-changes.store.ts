import type { SessionStatus } from "@roundtrip/contracts/survey/session-facts";
import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { OutboxRow } from "@roundtrip/outbox/outbox.store";
import { type RespondentKey, type Session, sessionColumns } from "./session.store.ts";

type Data = Readonly<Record<string, unknown>>;

const insert = statement(
  "session-insert",
  `WITH inserted AS (
     INSERT INTO sessions (session_id, workspace_id, survey_id, respondent_id, user_id, definition_version, status, sequence,
       started_at, expires_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9)
     ON CONFLICT (respondent_id) WHERE ended_at IS NULL DO NOTHING
     RETURNING session_id
   ), events AS (
     INSERT INTO outbox (event_id, type, workspace_id, body)
     SELECT e.event_id, e.type, $2, e.body FROM inserted, unnest($11::uuid[], $12::text[], $13::text[]) AS e (event_id, type, body)
   )
   SELECT session_id FROM inserted`,
);

export interface NewSession extends Session {
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly respondentId: string;
  readonly userId: string;
  readonly events: readonly OutboxRow[];
}

/** False when the respondent has a session under way. Waits for a transaction that is just ending or starting one. */
export const insertSession = async (tx: Tx, session: NewSession): Promise<boolean> => {
  const rows = await tx.query(insert, [
    session.sessionId,
    session.workspaceId,
    session.surveyId,
    session.respondentId,
    session.userId,
    session.definitionVersion,
    session.status,
    session.sequence,
    session.startedAt,
    session.expiresAt,
    ...eventColumns(session.events),
  ]);
  return rows.length > 0;
};

const eventColumns = (events: readonly OutboxRow[]): readonly unknown[] => [
  events.map((event) => event.eventId),
  events.map((event) => event.type),
  events.map((event) => event.body),
];

const change = statement(
  "session-change",
  `WITH changed AS (
     UPDATE sessions SET status = $3, sequence = $4, updated_at = $5, ended_at = CASE WHEN $6::bool THEN $5::timestamptz END,
       data = CASE WHEN $6::bool THEN '{}'::jsonb ELSE coalesce($7::jsonb, data) END
     WHERE session_id = $1 AND sequence = $2 AND ended_at IS NULL
     RETURNING workspace_id
   ), events AS (
     INSERT INTO outbox (event_id, type, workspace_id, body)
     SELECT e.event_id, e.type, workspace_id, e.body
     FROM changed, unnest($8::uuid[], $9::text[], $10::text[]) AS e (event_id, type, body)
   )
   SELECT workspace_id FROM changed`,
);

export interface SessionChange {
  readonly sessionId: string;
  /** The change counts only when nobody else has changed the status since it was read. */
  readonly fromSequence: number;
  readonly status: SessionStatus;
  readonly sequence: number;
  readonly ends: boolean;
  /** Answers to keep with it; null keeps what is there. */
  readonly data: Data | null;
  readonly events: readonly OutboxRow[];
  readonly now: Date;
}

/** The status, its events and the answers in one statement. False when somebody else was first. */
export const changeSession = async (sql: Sql, given: SessionChange): Promise<boolean> => {
  const rows = await sql.query(change, [
    given.sessionId,
    given.fromSequence,
    given.status,
    given.sequence,
    given.now,
    given.ends,
    given.data === null ? null : JSON.stringify(given.data),
    ...eventColumns(given.events),
  ]);
  return rows.length > 0;
};

type SessionRow = Session & Record<string, unknown>;

const save = statement<SessionRow>(
  "session-save",
  `UPDATE sessions s SET data = $4::jsonb, updated_at = $5
   WHERE session_id = $3 AND respondent_id = $1 AND survey_id = $2 AND status = 'in_progress' AND ended_at IS NULL
     AND (expires_at IS NULL OR expires_at > $5)
   RETURNING ${sessionColumns}`,
);

export interface SavedAnswers {
  readonly sessionId: string;
  readonly data: Data;
  readonly now: Date;
}

/** The usual save: no status changes. Null when the session is not in progress, for whatever reason. */
export const saveAnswersInProgress = async (
  sql: Sql,
  key: RespondentKey,
  given: SavedAnswers,
): Promise<Session | null> => {
  const { sessionId, data, now } = given;
  const [row] = await sql.query(save, [key.respondentId, key.surveyId, sessionId, JSON.stringify(data), now]);
  return row ?? null;
};

const complete = statement(
  "session-complete",
  `WITH ended AS (
     UPDATE sessions SET status = $3, sequence = $4, updated_at = $5, ended_at = $5, data = '{}'
     WHERE session_id = $1 AND sequence = $2 AND ended_at IS NULL
     RETURNING *
   ), stored AS (
     INSERT INTO submissions (submission_id, session_id, workspace_id, survey_id, respondent_id, user_id, definition_version,
       status, data, scores, started_at, completed_at)
     SELECT $6::uuid, session_id, workspace_id, survey_id, respondent_id, user_id, definition_version, status, $7::jsonb,
       $8::jsonb, started_at, $5::timestamptz FROM ended
     RETURNING workspace_id
   ), events AS (
     INSERT INTO outbox (event_id, type, workspace_id, body)
     SELECT e.event_id, e.type, workspace_id, e.body
     FROM stored, unnest($9::uuid[], $10::text[], $11::text[]) AS e (event_id, type, body)
   )
   SELECT workspace_id FROM stored`,
);

export interface SessionCompletion extends Omit<SessionChange, "ends" | "data"> {
  readonly submissionId: string;
  readonly data: Data;
  readonly scores: Data;
}

/**
 * The end of the session, the submission and the events of both: one statement, so they exist together or not at all. False
 * when somebody else was first; the unique session of a submission stands behind that.
 */
export const completeSessionRow = async (sql: Sql, given: SessionCompletion): Promise<boolean> => {
  const rows = await sql.query(complete, [
    given.sessionId,
    given.fromSequence,
    given.status,
    given.sequence,
    given.now,
    given.submissionId,
    JSON.stringify(given.data),
    JSON.stringify(given.scores),
    ...eventColumns(given.events),
  ]);
  return rows.length > 0;
};

import type { CustomField } from "@roundtrip/contracts/survey/respondent-object";
import type { SessionStatus } from "@roundtrip/contracts/survey/session-facts";
import { type Sql, statement } from "@roundtrip/database/database";

export interface Session {
  readonly sessionId: string;
  readonly status: SessionStatus;
  readonly sequence: number;
  readonly definitionVersion: number;
  /** Answers so far; empty once the session has ended, because what counts is the submission. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly redirectUrl: string | null;
  readonly state: string | null;
  readonly startedAt: Date;
  readonly expiresAt: Date | null;
}

/** Whose session it is, as events and the way back tell it. */
export interface Person {
  readonly respondentId: string;
  readonly userId: string;
  readonly username: string;
  readonly externalUserId: string | null;
  readonly redirectUrl: string | null;
  readonly name: string | null;
  readonly customFields: readonly CustomField[];
}

export interface StoredSubmission {
  readonly submissionId: string;
  readonly completedAt: Date;
}

/** Of `sessions s`. */
export const sessionColumns = `s.session_id AS "sessionId", s.status, s.sequence, s.definition_version AS "definitionVersion", s.data,
  s.redirect_url AS "redirectUrl", s.state, s.started_at AS "startedAt", s.expires_at AS "expiresAt"`;
const personColumns = `r.respondent_id AS "respondentId", r.user_id AS "userId", r.username,
  u.external_user_id AS "externalUserId", r.redirect_url AS "redirectUrl", u.name, u.custom_fields AS "customFields"`;

/** Both halves have a `redirectUrl`, so each comes as an object of its own. */
interface Row {
  readonly person: Person;
  readonly session: (Omit<Session, "startedAt" | "expiresAt"> & { startedAt: string; expiresAt: string | null }) | null;
  readonly submission: { submissionId: string; completedAt: string } | null;
}

const asJson = (columns: string, from: string): string => `(SELECT row_to_json(x) FROM (SELECT ${columns} ${from}) x)`;

const withSession = (name: string, condition: string) =>
  statement<Row>(
    name,
    `SELECT ${asJson(personColumns, "")} AS person,
       ${asJson(sessionColumns, "WHERE s.session_id IS NOT NULL")} AS session,
       ${asJson('m.submission_id AS "submissionId", m.completed_at AS "completedAt"', "WHERE m.submission_id IS NOT NULL")} AS submission
     FROM respondents r JOIN users u USING (user_id)
     LEFT JOIN sessions s ON s.respondent_id = r.respondent_id AND ${condition}
     LEFT JOIN submissions m ON m.session_id = s.session_id
     WHERE r.respondent_id = $1 AND r.survey_id = $2`,
  );

const open = withSession("session-open", "s.ended_at IS NULL");
const byId = withSession("session-by-id", "s.session_id = $3");

export interface PersonWithSession {
  readonly person: Person;
  readonly session: Session | null;
  readonly submission: StoredSubmission | null;
}

const toPersonWithSession = ({ person, session, submission }: Row): PersonWithSession => ({
  person,
  session: session && {
    ...session,
    startedAt: new Date(session.startedAt),
    expiresAt: session.expiresAt === null ? null : new Date(session.expiresAt),
  },
  submission: submission && { ...submission, completedAt: new Date(submission.completedAt) },
});

export interface RespondentKey {
  readonly respondentId: string;
  readonly surveyId: string;
}

/** The respondent with the session under way; null when there is no such respondent any more. */
export const findOpenSession = async (sql: Sql, key: RespondentKey): Promise<PersonWithSession | null> => {
  const [row] = await sql.query(open, [key.respondentId, key.surveyId]);
  return row ? toPersonWithSession(row) : null;
};

/** The respondent with this session of theirs, whatever became of it. */
export const findSession = async (
  sql: Sql,
  key: RespondentKey,
  sessionId: string,
): Promise<PersonWithSession | null> => {
  const [row] = await sql.query(byId, [key.respondentId, key.surveyId, sessionId]);
  return row ? toPersonWithSession(row) : null;
};

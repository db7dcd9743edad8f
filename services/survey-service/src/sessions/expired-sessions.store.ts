import type { SessionStatus } from "@roundtrip/contracts/survey/session-facts";
import { statement, type Tx } from "@roundtrip/database/database";

/** A session whose time is over, with what its event tells. */
export interface OverdueSession {
  readonly sessionId: string;
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly slug: string;
  readonly userId: string;
  readonly externalUserId: string | null;
  readonly username: string;
  readonly status: SessionStatus;
  readonly sequence: number;
}

const claim = statement<OverdueSession>(
  "session-claim-overdue",
  `SELECT s.session_id AS "sessionId", s.workspace_id AS "workspaceId", s.survey_id AS "surveyId", v.slug, s.user_id AS "userId",
     u.external_user_id AS "externalUserId", r.username, s.status, s.sequence
   FROM sessions s JOIN surveys v USING (survey_id) JOIN respondents r ON r.respondent_id = s.respondent_id
     JOIN users u ON u.user_id = s.user_id
   WHERE s.ended_at IS NULL AND s.expires_at <= $1
   ORDER BY s.expires_at LIMIT $2 FOR UPDATE OF s SKIP LOCKED`,
);

/** Locks them until the end of the transaction; those that somebody else holds are left to them. */
export const claimOverdueSessions = (tx: Tx, now: Date, sessionsMax: number): Promise<OverdueSession[]> =>
  tx.query(claim, [now, sessionsMax]);

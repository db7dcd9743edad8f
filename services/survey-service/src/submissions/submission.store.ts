import type { Submission } from "@roundtrip/contracts/survey/submission";
import { type Sql, statement } from "@roundtrip/database/database";

interface Row extends Omit<Submission, "started_at" | "completed_at"> {
  readonly started_at: Date;
  readonly completed_at: Date;
}

interface ListedRow extends Row {
  readonly tx_id: string;
}

const columns = `m.submission_id, s.slug AS survey, m.user_id, u.external_user_id, r.username, m.session_id, m.status, m.data, m.scores,
  m.started_at, m.completed_at`;
const tables = `submissions m JOIN surveys s USING (survey_id) JOIN respondents r ON r.respondent_id = m.respondent_id
  JOIN users u ON u.user_id = m.user_id`;

const toSubmission = ({ started_at, completed_at, ...row }: Row): Submission => ({
  ...row,
  started_at: started_at.toISOString(),
  completed_at: completed_at.toISOString(),
});

const byIds = statement<Row>(
  "submission-by-ids",
  `SELECT ${columns} FROM ${tables} WHERE m.workspace_id = $1 AND m.submission_id = ANY($2::uuid[]) ORDER BY m.submission_id`,
);

/** Those of the workspace; unknown ids are left out. */
export const findSubmissions = async (
  sql: Sql,
  workspaceId: string,
  submissionIds: readonly string[],
): Promise<readonly Submission[]> => (await sql.query(byIds, [workspaceId, submissionIds])).map(toSubmission);

/** Where a page begins: behind this submission of this transaction. */
export interface SubmissionPosition {
  readonly txId: string;
  readonly submissionId: string;
}

export interface SubmissionFilter {
  readonly workspaceId: string;
  readonly surveyId: string | null;
  readonly userId: string | null;
  readonly externalUserId: string | null;
  /** Inclusive. */
  readonly since: string | null;
  /** Exclusive. */
  readonly until: string | null;
}

/**
 * Ordered by the transaction that stored the row, and only up to the oldest transaction that is still open: whatever becomes
 * readable later has a higher number than anything that a page has shown, so that no cursor can step over it. Ids and
 * instants cannot do that, they are taken before the commit. The price: while a transaction stays open (ours are cut off
 * after 15 s), newer submissions are not listed yet. After a restore into another cluster the numbers start again
 * elsewhere; set `tx_id` of all rows to '0' then, and let readers begin anew.
 */
const page = statement<ListedRow>(
  "submission-page",
  `SELECT ${columns}, m.tx_id::text FROM ${tables}
   WHERE m.workspace_id = $1 AND m.tx_id < pg_snapshot_xmin(pg_current_snapshot())
     AND (m.tx_id, m.submission_id) > ($2::xid8, $3::uuid)
     AND ($4::uuid IS NULL OR m.survey_id = $4)
     AND ($5::uuid IS NULL OR r.user_id = $5)
     AND ($6::text IS NULL OR u.external_user_id = $6)
     AND ($7::timestamptz IS NULL OR m.completed_at >= $7)
     AND ($8::timestamptz IS NULL OR m.completed_at < $8)
   ORDER BY m.tx_id, m.submission_id LIMIT $9`,
);

const beginning: SubmissionPosition = { txId: "0", submissionId: "00000000-0000-0000-0000-000000000000" };

export interface ListedSubmission {
  readonly submission: Submission;
  readonly position: SubmissionPosition;
}

export const listSubmissions = async (
  sql: Sql,
  filter: SubmissionFilter,
  { after, rowsMax }: { readonly after: SubmissionPosition | null; readonly rowsMax: number },
): Promise<readonly ListedSubmission[]> => {
  const { txId, submissionId } = after ?? beginning;
  const rows = await sql.query(page, [
    filter.workspaceId,
    txId,
    submissionId,
    filter.surveyId,
    filter.userId,
    filter.externalUserId,
    filter.since,
    filter.until,
    rowsMax,
  ]);
  return rows.map(({ tx_id, ...row }) => ({
    submission: toSubmission(row),
    position: { txId: tx_id, submissionId: row.submission_id },
  }));
};

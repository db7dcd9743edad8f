import { type Sql, statement } from "@roundtrip/database/database";

const signInStatement = statement<{ live: boolean }>(
  "introspection-sign-in",
  `SELECT EXISTS (SELECT 1 FROM sign_ins s WHERE s.sign_in_id = $1 AND s.revoked_at IS NULL AND s.absolute_expires_at > $3
     AND (s.account_id = $2 OR s.respondent_id = $2)) AS live`,
);

/** Whether the subject's sign-in has not been ended: an access token says nothing about what came after it. */
export const isSignInLive = async (
  sql: Sql,
  signIn: { readonly signInId: string; readonly subjectId: string; readonly now: Date },
): Promise<boolean> =>
  (await sql.query(signInStatement, [signIn.signInId, signIn.subjectId, signIn.now]))[0]?.live === true;

const respondentStatement = statement<{ live: boolean }>(
  "introspection-respondent",
  `SELECT EXISTS (SELECT 1 FROM workspaces w JOIN customers c USING (customer_id)
     WHERE w.workspace_id = $2 AND c.suspended_at IS NULL) AND NOT EXISTS (
     SELECT 1 FROM respondent_credentials r WHERE r.respondent_id = $1 AND r.deleted_at IS NOT NULL) AS live`,
);

/** False for a deleted respondent, and for one of a suspended customer. */
export const isRespondentLive = async (sql: Sql, respondentId: string, workspaceId: string): Promise<boolean> =>
  (await sql.query(respondentStatement, [respondentId, workspaceId]))[0]?.live === true;

import type { AccountClaims, RespondentClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { Sql } from "@roundtrip/database/database";
import { findAccountSubject } from "../accounts/account.store.ts";
import { findRespondent, type RespondentRow } from "../respondent-credentials/respondent-credential.store.ts";

/** Whom a token speaks for: the claims that are theirs, as the database has them now. */
export type Subject =
  | Pick<AccountClaims, "kind" | "sub" | "operator" | "memberships">
  | Pick<RespondentClaims, "kind" | "sub" | "workspace_id" | "survey_id" | "survey_slug" | "user_id">;

export const respondentSubject = (row: RespondentRow): Subject => ({
  kind: "respondent",
  sub: row.respondent_id,
  workspace_id: row.workspace_id,
  survey_id: row.survey_id,
  survey_slug: row.survey_slug,
  user_id: row.user_id,
});

/** Null when the account is gone, disabled, or has no customer left that it may act in. */
export const findStaffSubject = async (sql: Sql, accountId: string): Promise<Subject | null> => {
  const row = await findAccountSubject(sql, accountId);
  return row && { kind: "account", sub: row.account_id, operator: row.operator, memberships: row.memberships };
};

/** Every refresh asks again (CVE-2023-22492: locked users who kept on refreshing). */
export const findSubject = async (
  sql: Sql,
  signIn: { readonly account_id: string | null; readonly respondent_id: string | null },
): Promise<Subject | null> => {
  if (signIn.account_id !== null) return findStaffSubject(sql, signIn.account_id);
  const row = signIn.respondent_id === null ? null : await findRespondent(sql, signIn.respondent_id);
  return row && !row.suspended ? respondentSubject(row) : null;
};

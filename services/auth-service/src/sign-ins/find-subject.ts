import type { AccountClaims, RespondentClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { Sql } from "@roundtrip/database/database";
import { type AccountSubjectRow, findAccountSubject } from "../accounts/account.store.ts";
import { findRespondent, type RespondentRow } from "../respondent-credentials/respondent-credential.store.ts";

/** Whom a token speaks for: the claims that are theirs, as the database has them now. */
export type Subject =
  | Pick<AccountClaims, "kind" | "sub" | "operator" | "memberships">
  | Pick<RespondentClaims, "kind" | "sub" | "workspace_id" | "survey_id" | "survey_slug" | "user_id">;

type RespondentIds = Pick<
  RespondentRow,
  "respondent_id" | "workspace_id" | "survey_id" | "survey_slug" | "user_id" | "suspended"
>;

export const respondentSubject = (row: RespondentIds): Subject => ({
  kind: "respondent",
  sub: row.respondent_id,
  workspace_id: row.workspace_id,
  survey_id: row.survey_id,
  survey_slug: row.survey_slug,
  user_id: row.user_id,
});

const accountSubject = (row: AccountSubjectRow): Subject => ({
  kind: "account",
  sub: row.account_id,
  operator: row.operator,
  memberships: row.memberships,
});

/** Null when the account is gone, disabled, or has no customer left that it may act in. */
export const findStaffSubject = async (sql: Sql, accountId: string): Promise<Subject | null> => {
  const row = await findAccountSubject(sql, accountId);
  return row && accountSubject(row);
};

/** Whom a sign-in belongs to, as it was read with it; both are null when there is nobody any more. */
export interface SubjectRows {
  readonly account: AccountSubjectRow | null;
  readonly respondent: RespondentIds | null;
}

/** Null when there is nobody, or nobody who may. */
export const subjectOf = ({ account, respondent }: SubjectRows): Subject | null => {
  if (account) return accountSubject(account);
  return respondent && !respondent.suspended ? respondentSubject(respondent) : null;
};

/** Every refresh asks again (CVE-2023-22492: locked users who kept on refreshing). */
export const findSubject = async (
  sql: Sql,
  signIn: { readonly account_id: string | null; readonly respondent_id: string | null },
): Promise<Subject | null> => {
  const { account_id: accountId, respondent_id: respondentId } = signIn;
  return subjectOf({
    account: accountId === null ? null : await findAccountSubject(sql, accountId),
    respondent: respondentId === null ? null : await findRespondent(sql, respondentId),
  });
};

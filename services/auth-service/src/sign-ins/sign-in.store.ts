import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import { accountSubject } from "../accounts/account.store.ts";
import { auditEntryColumns, type NewAuditEntry } from "../audit/audit-entry.store.ts";
import { respondentById } from "../respondent-credentials/respondent-credential.store.ts";
import type { SubjectRows } from "./find-subject.ts";
import type { RefreshTokenState, SignInState } from "./refresh.rules.ts";

export interface SignInRow extends SignInState {
  readonly sign_in_id: string;
  readonly account_id: string | null;
  readonly respondent_id: string | null;
  readonly last_used_at: Date;
}

export interface NewSignIn {
  readonly signInId: string;
  readonly refreshTokenId: string;
  readonly accountId: string | null;
  readonly respondentId: string | null;
  readonly flavour: "header" | "cookie";
  readonly userAgent: string | null;
  readonly ipPrefix: string | null;
  readonly now: Date;
  readonly idleExpiresAt: Date;
  readonly absoluteExpiresAt: Date;
  readonly entries: readonly NewAuditEntry[];
}

/** The family, its first token and its audit entries in one statement, so that none is without the others. */
const insertStatement = statement(
  "sign-ins-insert",
  `WITH family AS (
     INSERT INTO sign_ins (sign_in_id, account_id, respondent_id, flavour, user_agent, ip_prefix, created_at, last_used_at,
       idle_expires_at, absolute_expires_at)
     VALUES ($1, $3, $4, $5, $6, $7, $8, $8, $9, $10)),
   entries AS (
     INSERT INTO audit_entries (audit_id, chain_id, body) SELECT * FROM unnest($11::uuid[], $12::uuid[], $13::text[]))
   INSERT INTO refresh_tokens (refresh_token_id, sign_in_id, created_at) VALUES ($2, $1, $8)`,
);

export const insertSignIn = async (sql: Sql, signIn: NewSignIn): Promise<void> => {
  await sql.query(insertStatement, [
    signIn.signInId,
    signIn.refreshTokenId,
    signIn.accountId,
    signIn.respondentId,
    signIn.flavour,
    signIn.userAgent,
    signIn.ipPrefix,
    signIn.now,
    signIn.idleExpiresAt,
    signIn.absoluteExpiresAt,
    ...auditEntryColumns(signIn.entries),
  ]);
};

const columns =
  "s.sign_in_id, s.account_id, s.respondent_id, s.flavour, s.last_used_at, s.revoked_at, s.idle_expires_at, s.absolute_expires_at";

/** With whom it belongs to, as they are now: one statement, because this is what clients do all day. */
const findStatement = statement<SignInRow & SubjectRows>(
  "sign-ins-find",
  `SELECT ${columns},
     (SELECT row_to_json(found) FROM (${accountSubject("s.account_id")}) found) AS account,
     (SELECT row_to_json(found) FROM (${respondentById("s.respondent_id")}) found) AS respondent
   FROM sign_ins s JOIN refresh_tokens t USING (sign_in_id)
   WHERE s.sign_in_id = $1 AND t.refresh_token_id = $2`,
);

/** Null unless the token is one of the family's. */
export const findSignIn = async (
  sql: Sql,
  signInId: string,
  refreshTokenId: string,
): Promise<(SignInRow & SubjectRows) | null> => (await sql.query(findStatement, [signInId, refreshTokenId]))[0] ?? null;

const lockStatement = statement<SignInRow>(
  "sign-ins-lock",
  `SELECT ${columns} FROM sign_ins s WHERE s.sign_in_id = $1 FOR UPDATE`,
);

/** Whoever holds the row decides about the family; read its tokens only afterwards, in statements of their own. */
export const lockSignIn = async (tx: Tx, signInId: string): Promise<SignInRow | null> =>
  (await tx.query(lockStatement, [signInId]))[0] ?? null;

const touchStatement = statement(
  "sign-ins-touch",
  "UPDATE sign_ins SET last_used_at = $2 WHERE sign_in_id = $1 AND last_used_at < $2",
);

/** At most one write a minute. */
export const touchSignIn = async (sql: Sql, signIn: SignInRow, now: Date): Promise<void> => {
  if (now.getTime() - signIn.last_used_at.getTime() >= 60_000)
    await sql.query(touchStatement, [signIn.sign_in_id, now]);
};

interface RevokedRow {
  readonly account_id: string | null;
  readonly respondent_id: string | null;
}

const revokeStatement = statement<RevokedRow>(
  "sign-ins-revoke",
  `UPDATE sign_ins SET revoked_at = now(), revoked_reason = $2 WHERE sign_in_id = $1 AND revoked_at IS NULL
   RETURNING account_id, respondent_id`,
);

export type RevocationReason =
  | "signed_out"
  | "ended_remotely"
  | "reuse"
  | "subject_gone"
  | "respondent_deleted"
  | "password_changed"
  | "password_reset"
  | "role_changed"
  | "disabled"
  | "identity_unlinked"
  | "passkey_deleted"
  | "removed";

/** Whose it was; null when it had ended before. */
export const revokeSignIn = async (sql: Sql, signInId: string, reason: RevocationReason): Promise<RevokedRow | null> =>
  (await sql.query(revokeStatement, [signInId, reason]))[0] ?? null;

const revokeOfStatement = statement(
  "sign-ins-revoke-of-respondent",
  "UPDATE sign_ins SET revoked_at = now(), revoked_reason = $2 WHERE respondent_id = $1 AND revoked_at IS NULL",
);

export const revokeSignInsOf = async (tx: Tx, respondentId: string, reason: RevocationReason): Promise<void> => {
  await tx.query(revokeOfStatement, [respondentId, reason]);
};

const revokeOfAccountStatement = statement<{ sign_in_id: string }>(
  "sign-ins-revoke-of-account",
  `UPDATE sign_ins SET revoked_at = now(), revoked_reason = $2
   WHERE account_id = $1 AND revoked_at IS NULL AND sign_in_id IS DISTINCT FROM $3 RETURNING sign_in_id`,
);

/**
 * Every sign-in of the account but `except`, in the transaction of the change that ends them. Answers their ids: announce
 * them (`announceEnded`), or the account's when none of its tokens shall go on.
 */
export const revokeSignInsOfAccount = async (
  tx: Tx,
  accountId: string,
  why: { readonly reason: RevocationReason; readonly except: string | null },
): Promise<string[]> =>
  (await tx.query(revokeOfAccountStatement, [accountId, why.reason, why.except])).map((row) => row.sign_in_id);

const standingStatement = statement<{ found: boolean }>(
  "sign-ins-standing",
  `SELECT EXISTS (SELECT 1 FROM sign_ins s LEFT JOIN accounts a USING (account_id)
     WHERE s.sign_in_id = $1 AND s.revoked_at IS NULL AND s.absolute_expires_at > $2 AND a.disabled_at IS NULL) AS found`,
);

/** False for a sign-in that has ended, and for one of a disabled account. */
export const isStanding = async (sql: Sql, signInId: string, now: Date): Promise<boolean> =>
  (await sql.query(standingStatement, [signInId, now]))[0]?.found === true;

const tokenStatement = statement<RefreshTokenState>(
  "refresh-tokens-find",
  `SELECT t.used_at, t.replay_until, t.replay_box, coalesce(child.used_at IS NOT NULL, false) AS child_used
   FROM refresh_tokens t LEFT JOIN refresh_tokens child ON child.parent_id = t.refresh_token_id
   WHERE t.refresh_token_id = $1 AND t.sign_in_id = $2`,
);

export const findRefreshToken = async (
  tx: Tx,
  refreshTokenId: string,
  signInId: string,
): Promise<RefreshTokenState | null> => (await tx.query(tokenStatement, [refreshTokenId, signInId]))[0] ?? null;

export interface Rotation {
  readonly signInId: string;
  readonly parentId: string;
  readonly childId: string;
  /** The answer, sealed. */
  readonly replayBox: string;
  readonly replayUntil: Date;
  readonly now: Date;
  readonly idleExpiresAt: Date;
}

/** Spends the parent, makes its child, and empties the grandparent's replay: its child has now been used. */
const rotateStatement = statement(
  "refresh-tokens-rotate",
  `WITH parent AS (
     UPDATE refresh_tokens SET used_at = $6, replay_box = $4, replay_until = $5
     WHERE refresh_token_id = $2 AND used_at IS NULL RETURNING parent_id),
   grandparent AS (
     UPDATE refresh_tokens SET replay_box = NULL WHERE refresh_token_id = (SELECT parent_id FROM parent)),
   family AS (
     UPDATE sign_ins SET last_used_at = $6, idle_expires_at = $7 WHERE sign_in_id = $1)
   INSERT INTO refresh_tokens (refresh_token_id, sign_in_id, parent_id, created_at) VALUES ($3, $1, $2, $6)`,
);

export const insertRotation = async (tx: Tx, rotation: Rotation): Promise<void> => {
  await tx.query(rotateStatement, [
    rotation.signInId,
    rotation.parentId,
    rotation.childId,
    rotation.replayBox,
    rotation.replayUntil,
    rotation.now,
    rotation.idleExpiresAt,
  ]);
};

const signedInFrom = (column: "account_id" | "respondent_id") =>
  statement<{ found: boolean }>(
    `sign-ins-from-${column}`,
    `SELECT EXISTS (SELECT 1 FROM sign_ins WHERE ${column} = $1 AND ip_prefix = $2 AND created_at > $3) AS found`,
  );
const signedInFromStatements = { account: signedInFrom("account_id"), respondent: signedInFrom("respondent_id") };

export interface SignedInFrom {
  readonly subjectId: string;
  readonly ipPrefix: string;
  readonly since: Date;
}

export const hasSignedInFrom = async (sql: Sql, kind: "account" | "respondent", from: SignedInFrom): Promise<boolean> =>
  (await sql.query(signedInFromStatements[kind], [from.subjectId, from.ipPrefix, from.since]))[0]?.found === true;

const customersStatement = statement<{ customer_id: string }>(
  "sign-ins-customers",
  `SELECT customer_id FROM memberships WHERE account_id = $1 AND disabled_at IS NULL
   UNION SELECT w.customer_id FROM respondent_credentials r JOIN workspaces w USING (workspace_id) WHERE r.respondent_id = $2`,
);

/** Whose audit logs a sign-in belongs in. */
export const listCustomersOf = async (sql: Sql, signIn: RevokedRow): Promise<readonly string[]> =>
  (await sql.query(customersStatement, [signIn.account_id, signIn.respondent_id])).map((row) => row.customer_id);

import type { Membership } from "@roundtrip/contracts/auth/access-token-claims";
import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { Static } from "typebox";
import type { Prisma } from "../store/auth-db.ts";

export interface AccountCredential {
  readonly account_id: string;
  readonly password_hash: string | null;
  readonly disabled_at: Date | null;
  readonly totp_confirmed_at: Date | null;
  /** An operator, or a member of a customer that is not suspended. */
  readonly may_act: boolean;
  /** Those that the account may act in. */
  readonly customer_ids: readonly string[];
}

const credentialStatement = statement<AccountCredential>(
  "accounts-credential",
  `SELECT a.account_id, a.password_hash, a.disabled_at, a.totp_confirmed_at, m.customer_ids,
     a.operator OR cardinality(m.customer_ids) > 0 AS may_act
   FROM accounts a CROSS JOIN LATERAL (
     SELECT ARRAY(SELECT t.customer_id::text FROM memberships t JOIN customers c USING (customer_id)
       WHERE t.account_id = a.account_id AND t.disabled_at IS NULL AND c.suspended_at IS NULL) AS customer_ids) m
   WHERE a.email_key = $1`,
);

export const findAccountCredential = async (sql: Sql, key: string): Promise<AccountCredential | null> =>
  (await sql.query(credentialStatement, [key]))[0] ?? null;

const hashStatement = statement<{ password_hash: string | null }>(
  "accounts-hash",
  "SELECT password_hash FROM accounts WHERE account_id = $1 AND disabled_at IS NULL",
);

/** Null when the account is gone, disabled or without a password. */
export const findPasswordHash = async (sql: Sql, accountId: string): Promise<string | null> =>
  (await sql.query(hashStatement, [accountId]))[0]?.password_hash ?? null;

const lockHashStatement = statement<{ password_hash: string | null }>(
  "accounts-lock-hash",
  "SELECT password_hash FROM accounts WHERE account_id = $1 AND disabled_at IS NULL FOR SHARE",
);

/** As `findPasswordHash`, and it stays so until the transaction ends: nobody sets another one or disables the account. */
export const lockPasswordHash = async (tx: Tx, accountId: string): Promise<string | null> =>
  (await tx.query(lockHashStatement, [accountId]))[0]?.password_hash ?? null;

const emailStatement = statement<{ email: string }>(
  "accounts-email",
  "SELECT email FROM accounts WHERE account_id = $1",
);

export const findAccountEmail = async (sql: Sql, accountId: string): Promise<string | null> =>
  (await sql.query(emailStatement, [accountId]))[0]?.email ?? null;

const replaceHashStatement = statement<{ account_id: string }>(
  "accounts-replace-hash",
  "UPDATE accounts SET password_hash = $3 WHERE account_id = $1 AND password_hash = $2 RETURNING account_id",
);

/** False, and nothing changed, when the password has been changed in between. */
export const replaceAccountHash = async (
  sql: Sql,
  accountId: string,
  hashes: { readonly from: string; readonly to: string },
): Promise<boolean> => (await sql.query(replaceHashStatement, [accountId, hashes.from, hashes.to])).length > 0;

export interface AccountSubjectRow {
  readonly account_id: string;
  readonly operator: boolean;
  readonly memberships: Static<typeof Membership>[];
}

/**
 * Who the account is now: an SQL query for one id, `AccountSubjectRow`. The oldest 12 memberships: with more, an access token
 * would pass its 4 KB. Ids are compared as they are stored, so role and workspaces are always those of this moment.
 */
export const accountSubject = (accountId: string): string =>
  `SELECT a.account_id, a.operator, coalesce(m.memberships, '[]') AS memberships
   FROM accounts a CROSS JOIN LATERAL (
     SELECT json_agg(json_build_object('customer_id', t.customer_id, 'role', t.role,
              'live', live.workspace_id, 'dev', dev.workspace_id) ORDER BY t.created_at, t.customer_id) AS memberships
     FROM (SELECT t.* FROM memberships t JOIN customers c USING (customer_id)
           WHERE t.account_id = a.account_id AND t.disabled_at IS NULL AND c.suspended_at IS NULL
           ORDER BY t.created_at, t.customer_id LIMIT 12) t
     JOIN workspaces live ON live.customer_id = t.customer_id AND live.environment = 'live'
     JOIN workspaces dev ON dev.customer_id = t.customer_id AND dev.environment = 'dev') m
   WHERE a.account_id = ${accountId} AND a.disabled_at IS NULL AND (a.operator OR m.memberships IS NOT NULL)`;

const subjectStatement = statement<AccountSubjectRow>("accounts-subject", accountSubject("$1"));

/** Null when the account is gone, disabled, or left with no customer that it may act in. */
export const findAccountSubject = async (sql: Sql, accountId: string): Promise<AccountSubjectRow | null> =>
  (await sql.query(subjectStatement, [accountId]))[0] ?? null;

const countStatement = statement<{ found: boolean }>("accounts-any", "SELECT EXISTS (SELECT 1 FROM accounts) AS found");

export const hasAccounts = async (sql: Sql): Promise<boolean> =>
  (await sql.query(countStatement, []))[0]?.found === true;

/** Held to the end of the transaction. "acco" in ASCII. */
const lockStatement = statement("accounts-lock", "SELECT pg_advisory_xact_lock(1633903471)");

export const lockAccounts = async (tx: Tx): Promise<void> => {
  await tx.query(lockStatement, []);
};

export interface NewOwner {
  readonly accountId: string;
  readonly email: string;
  readonly emailKey: string;
  readonly passwordHash: string;
  readonly customerId: string;
  readonly customerName: string;
  readonly liveWorkspaceId: string;
  readonly devWorkspaceId: string;
}

const insertOwnerStatement = statement(
  "accounts-insert-owner",
  `WITH customer AS (INSERT INTO customers (customer_id, name) VALUES ($5, $6)),
     spaces AS (INSERT INTO workspaces (workspace_id, customer_id, environment) VALUES ($7, $5, 'live'), ($8, $5, 'dev')),
     account AS (INSERT INTO accounts (account_id, email, email_key, password_hash, operator) VALUES ($1, $2, $3, $4, true))
   INSERT INTO memberships (account_id, customer_id, role) VALUES ($1, $5, 'owner')`,
);

/** An operator who owns a new customer, with the customer's two workspaces. */
export const insertOwner = async (tx: Tx, owner: NewOwner): Promise<void> => {
  await tx.query(insertOwnerStatement, [
    owner.accountId,
    owner.email,
    owner.emailKey,
    owner.passwordHash,
    owner.customerId,
    owner.customerName,
    owner.liveWorkspaceId,
    owner.devWorkspaceId,
  ]);
};

/** For the account's own page; null when it is gone or disabled. */
export const findAccountProfile = (prisma: Prisma, accountId: string) =>
  prisma.account.findFirst({
    where: { accountId, disabledAt: null },
    select: {
      accountId: true,
      email: true,
      name: true,
      operator: true,
      passwordHash: true,
      totpConfirmedAt: true,
      createdAt: true,
      _count: { select: { passkeys: true, identities: true } },
      memberships: {
        where: { disabledAt: null, customer: { suspendedAt: null } },
        orderBy: [{ createdAt: "asc" }, { customerId: "asc" }],
        select: { role: true, customer: { select: { customerId: true, name: true, workspaces: true } } },
      },
    },
  });

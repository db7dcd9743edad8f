import type { VerifiedPersonalAccessToken } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { Static } from "typebox";
import type { Prisma } from "../store/auth-db.ts";

export interface LiveTokenRow {
  readonly personal_access_token_id: string;
  readonly account_id: string;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly memberships: Static<typeof VerifiedPersonalAccessToken>["memberships"];
}

/** The same 12 memberships that the owner's access tokens hold (`accounts-subject`): a token never opens more than those. */
const liveToken = (
  condition: string,
) => `SELECT t.personal_access_token_id, t.account_id, t.scopes, t.created_at, t.expires_at,
     coalesce((
       SELECT json_agg(json_build_object('customer_id', m.customer_id, 'role', m.role,
                'live', live.workspace_id, 'dev', dev.workspace_id,
                'live_origins', live.allowed_origins, 'dev_origins', dev.allowed_origins)
                ORDER BY m.created_at, m.customer_id)
       FROM (SELECT o.* FROM memberships o JOIN customers c USING (customer_id)
             WHERE o.account_id = t.account_id AND o.disabled_at IS NULL AND c.suspended_at IS NULL
             ORDER BY o.created_at, o.customer_id LIMIT 12) m
       JOIN workspaces live ON live.customer_id = m.customer_id AND live.environment = 'live'
       JOIN workspaces dev ON dev.customer_id = m.customer_id AND dev.environment = 'dev'
     ), '[]') AS memberships
   FROM personal_access_tokens t JOIN accounts a USING (account_id)
   WHERE ${condition} AND t.revoked_at IS NULL AND t.expires_at > $2 AND a.disabled_at IS NULL LIMIT 1`;

const verifyStatement = statement<LiveTokenRow>("personal-access-tokens-verify", liveToken("t.digest = ANY($1)"));

/** Null for a token that is unknown, revoked or expired at `now`, or whose owner is disabled. */
export const findLiveToken = async (sql: Sql, digests: readonly string[], now: Date): Promise<LiveTokenRow | null> =>
  (await sql.query(verifyStatement, [digests, now]))[0] ?? null;

const verifyByIdStatement = statement<LiveTokenRow>(
  "personal-access-tokens-verify-by-id",
  liveToken("t.personal_access_token_id = $1"),
);

export const findLiveTokenById = async (sql: Sql, id: string, now: Date): Promise<LiveTokenRow | null> =>
  (await sql.query(verifyByIdStatement, [id, now]))[0] ?? null;

export interface NewToken {
  readonly personalAccessTokenId: string;
  readonly accountId: string;
  readonly name: string;
  readonly prefix: string;
  readonly digest: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const insertStatement = statement(
  "personal-access-tokens-insert",
  `INSERT INTO personal_access_tokens (personal_access_token_id, account_id, name, prefix, digest, scopes, created_at, expires_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

export const insertToken = async (tx: Tx, token: NewToken): Promise<void> => {
  await tx.query(insertStatement, [
    token.personalAccessTokenId,
    token.accountId,
    token.name,
    token.prefix,
    token.digest,
    token.scopes,
    token.createdAt,
    token.expiresAt,
  ]);
};

const countStatement = statement<{ live: number }>(
  "personal-access-tokens-count",
  `SELECT count(*)::int AS live FROM personal_access_tokens
   WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > $2`,
);

/** Exact only while the account's row is locked. */
export const countLiveTokens = async (tx: Tx, accountId: string, now: Date): Promise<number> =>
  (await tx.query(countStatement, [accountId, now]))[0]?.live ?? 0;

const revokeStatement = statement<{ personal_access_token_id: string }>(
  "personal-access-tokens-revoke",
  `UPDATE personal_access_tokens SET revoked_at = $3
   WHERE personal_access_token_id = $1 AND account_id = $2 AND revoked_at IS NULL RETURNING personal_access_token_id`,
);

/** False when the account has no such token that is not revoked. */
export const markTokenRevoked = async (
  tx: Tx,
  token: { readonly personalAccessTokenId: string; readonly accountId: string; readonly now: Date },
): Promise<boolean> =>
  (await tx.query(revokeStatement, [token.personalAccessTokenId, token.accountId, token.now])).length > 0;

export interface TokenPage {
  readonly accountId: string;
  readonly limit: number;
  readonly after: string | null;
}

/** Newest first; revoked ones are left out. */
export const listTokens = (prisma: Prisma, page: TokenPage) =>
  prisma.personalAccessToken.findMany({
    where: {
      accountId: page.accountId,
      revokedAt: null,
      ...(page.after === null ? {} : { personalAccessTokenId: { lt: page.after } }),
    },
    orderBy: { personalAccessTokenId: "desc" },
    take: page.limit,
    select: {
      personalAccessTokenId: true,
      name: true,
      prefix: true,
      scopes: true,
      createdAt: true,
      expiresAt: true,
      lastUsedAt: true,
    },
  });

import type { VerifiedPersonalAccessToken } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { type Sql, statement } from "@roundtrip/database/database";
import type { Static } from "typebox";

export interface LiveTokenRow {
  readonly personal_access_token_id: string;
  readonly account_id: string;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly memberships: Static<typeof VerifiedPersonalAccessToken>["memberships"];
}

/** The same 12 memberships that the owner's access tokens hold (`accounts-subject`): a token never opens more than those. */
const verifyStatement = statement<LiveTokenRow>(
  "personal-access-tokens-verify",
  `SELECT t.personal_access_token_id, t.account_id, t.scopes, t.created_at, t.expires_at,
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
   WHERE t.digest = ANY($1) AND t.revoked_at IS NULL AND t.expires_at > $2 AND a.disabled_at IS NULL LIMIT 1`,
);

/** Null for a token that is unknown, revoked or expired at `now`, or whose owner is disabled. */
export const findLiveToken = async (sql: Sql, digests: readonly string[], now: Date): Promise<LiveTokenRow | null> =>
  (await sql.query(verifyStatement, [digests, now]))[0] ?? null;

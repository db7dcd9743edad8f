import { type Sql, statement } from "@roundtrip/database/database";
import type { Prisma } from "../store/auth-db.ts";

export interface VerifiedRow {
  readonly api_key_id: string;
  readonly workspace_id: string;
  readonly customer_id: string;
  readonly environment: "live" | "dev";
  readonly scopes: string[];
  readonly allowed_origins: string[];
  readonly expires_at: Date | null;
}

/** Live: not revoked, not expired at `$2`, of a customer that is not suspended. */
const liveKey = `SELECT k.api_key_id, k.workspace_id, w.customer_id, w.environment, k.scopes, w.allowed_origins, k.expires_at
   FROM api_keys k JOIN workspaces w USING (workspace_id) JOIN customers c USING (customer_id)
   WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND c.suspended_at IS NULL`;

const verifyStatement = statement<VerifiedRow>("api-keys-verify", `${liveKey} AND k.digest = ANY($1) LIMIT 1`);

export const findLiveKey = async (sql: Sql, digests: readonly string[], now: Date): Promise<VerifiedRow | null> =>
  (await sql.query(verifyStatement, [digests, now]))[0] ?? null;

const verifyByIdStatement = statement<VerifiedRow>("api-keys-verify-by-id", `${liveKey} AND k.api_key_id = $1`);

export const findLiveKeyById = async (sql: Sql, apiKeyId: string, now: Date): Promise<VerifiedRow | null> =>
  (await sql.query(verifyByIdStatement, [apiKeyId, now]))[0] ?? null;

export interface NewApiKey {
  readonly apiKeyId: string;
  readonly customerId: string;
  readonly environment: "live" | "dev";
  readonly name: string;
  readonly prefix: string;
  readonly digest: string;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

const insertStatement = statement<{ api_key_id: string }>(
  "api-keys-insert",
  `INSERT INTO api_keys (api_key_id, workspace_id, name, prefix, digest, scopes, created_by, created_at, expires_at)
   SELECT $1, workspace_id, $4, $5, $6, $7, $8, $9, $10 FROM workspaces WHERE customer_id = $2 AND environment = $3
   RETURNING api_key_id`,
);

/** Into the customer's workspace of that environment. */
export const insertApiKey = async (sql: Sql, key: NewApiKey): Promise<void> => {
  const inserted = await sql.query(insertStatement, [
    key.apiKeyId,
    key.customerId,
    key.environment,
    key.name,
    key.prefix,
    key.digest,
    key.scopes,
    key.createdBy,
    key.createdAt,
    key.expiresAt,
  ]);
  if (inserted.length === 0) throw new Error("the customer has no such workspace");
};

const revokeStatement = statement<{ api_key_id: string }>(
  "api-keys-revoke",
  `UPDATE api_keys k SET revoked_at = $3 FROM workspaces w
   WHERE k.api_key_id = $1 AND k.revoked_at IS NULL AND w.workspace_id = k.workspace_id AND w.customer_id = $2
   RETURNING k.api_key_id`,
);

/** False when the customer has no such live key. */
export const markRevoked = async (
  sql: Sql,
  key: { readonly apiKeyId: string; readonly customerId: string; readonly now: Date },
): Promise<boolean> => (await sql.query(revokeStatement, [key.apiKeyId, key.customerId, key.now])).length > 0;

const recordUseStatement = statement(
  "api-keys-record-use",
  `UPDATE api_keys k SET last_used_at = used.at
   FROM unnest($1::uuid[], $2::timestamptz[]) AS used (api_key_id, at)
   WHERE k.api_key_id = used.api_key_id AND (k.last_used_at IS NULL OR k.last_used_at < used.at - interval '1 minute')`,
);

/** Forward only and at most once a minute a key, whatever the number of replicas. */
export const recordKeyUses = async (sql: Sql, uses: ReadonlyMap<string, Date>): Promise<void> => {
  await sql.query(recordUseStatement, [[...uses.keys()], [...uses.values()]]);
};

export interface KeyPage {
  readonly customerId: string;
  readonly limit: number;
  readonly after: string | null;
}

/** Newest first; revoked ones are left out. */
export const listKeys = (prisma: Prisma, page: KeyPage) =>
  prisma.apiKey.findMany({
    where: {
      workspace: { customerId: page.customerId },
      revokedAt: null,
      ...(page.after === null ? {} : { apiKeyId: { lt: page.after } }),
    },
    orderBy: { apiKeyId: "desc" },
    take: page.limit,
    select: {
      apiKeyId: true,
      name: true,
      prefix: true,
      scopes: true,
      createdAt: true,
      expiresAt: true,
      lastUsedAt: true,
      workspace: { select: { environment: true } },
    },
  });

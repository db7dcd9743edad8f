import type { Environment } from "@roundtrip/contracts/scope";
import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { Prisma } from "../store/auth-db.ts";

export interface VerifiedRow {
  readonly api_key_id: string;
  readonly workspace_id: string;
  readonly customer_id: string;
  readonly environment: Environment;
  readonly scopes: string[];
  readonly allowed_origins: string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
}

/** Live: not revoked, not expired at `$2`, of a customer that is not suspended. */
const liveKey = `SELECT k.api_key_id, k.workspace_id, w.customer_id, w.environment, k.scopes, w.allowed_origins, k.created_at,
     k.expires_at
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
  readonly environment: Environment;
  readonly name: string;
  readonly prefix: string;
  readonly digest: string;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

const lockWorkspaceStatement = statement<{ workspace_id: string }>(
  "api-keys-lock-workspace",
  "SELECT workspace_id FROM workspaces WHERE customer_id = $1 AND environment = $2 FOR NO KEY UPDATE",
);

/** The customer's workspace of that environment, held so that its keys can be counted. */
export const lockWorkspace = async (
  tx: Tx,
  { customerId, environment }: { readonly customerId: string; readonly environment: Environment },
): Promise<string> => {
  const [workspace] = await tx.query(lockWorkspaceStatement, [customerId, environment]);
  if (!workspace) throw new Error("the customer has no such workspace");
  return workspace.workspace_id;
};

const countStatement = statement<{ live: number }>(
  "api-keys-count",
  `SELECT count(*)::int AS live FROM api_keys
   WHERE workspace_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`,
);

/** Exact only while the workspace's row is locked. */
export const countLiveKeys = async (tx: Tx, workspaceId: string, now: Date): Promise<number> =>
  (await tx.query(countStatement, [workspaceId, now]))[0]?.live ?? 0;

const insertStatement = statement<{ workspace_id: string }>(
  "api-keys-insert",
  `INSERT INTO api_keys (api_key_id, workspace_id, name, prefix, digest, scopes, created_by, created_at, expires_at)
   SELECT $1, workspace_id, $4, $5, $6, $7, $8, $9, $10 FROM workspaces WHERE customer_id = $2 AND environment = $3
   RETURNING workspace_id`,
);

/** Into the customer's workspace of that environment, whose id is the answer. */
export const insertApiKey = async (tx: Tx, key: NewApiKey): Promise<string> => {
  const [inserted] = await tx.query(insertStatement, [
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
  if (!inserted) throw new Error("the customer has no such workspace");
  return inserted.workspace_id;
};

interface LockedKeyRow {
  readonly workspace_id: string;
  readonly environment: Environment;
  readonly name: string;
  readonly scopes: string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly replaced_by: string | null;
}

const lockStatement = statement<LockedKeyRow>(
  "api-keys-lock",
  `SELECT k.workspace_id, w.environment, k.name, k.scopes, k.created_at, k.expires_at, k.replaced_by
   FROM api_keys k JOIN workspaces w USING (workspace_id)
   WHERE k.api_key_id = $1 AND w.customer_id = $2 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $3)
   FOR UPDATE OF k`,
);

interface OwnKey {
  readonly apiKeyId: string;
  readonly customerId: string;
  readonly now: Date;
}

/** Null when the customer has no such key that still works. */
export const lockLiveKey = async (tx: Tx, key: OwnKey): Promise<LockedKeyRow | null> =>
  (await tx.query(lockStatement, [key.apiKeyId, key.customerId, key.now]))[0] ?? null;

const replaceStatement = statement(
  "api-keys-replace",
  "UPDATE api_keys SET replaced_by = $2, expires_at = $3, revoked_at = $4 WHERE api_key_id = $1",
);

export interface Replacement {
  readonly apiKeyId: string;
  readonly replacedBy: string;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export const markReplaced = async (tx: Tx, change: Replacement): Promise<void> => {
  await tx.query(replaceStatement, [change.apiKeyId, change.replacedBy, change.expiresAt, change.revokedAt]);
};

const revokeStatement = statement<{ workspace_id: string }>(
  "api-keys-revoke",
  `UPDATE api_keys k SET revoked_at = $3 FROM workspaces w
   WHERE k.api_key_id = $1 AND k.revoked_at IS NULL AND w.workspace_id = k.workspace_id AND w.customer_id = $2
   RETURNING k.workspace_id`,
);

/** The key's workspace; null when the customer has no such live key. */
export const markRevoked = async (tx: Tx, key: OwnKey): Promise<string | null> =>
  (await tx.query(revokeStatement, [key.apiKeyId, key.customerId, key.now]))[0]?.workspace_id ?? null;

const recordUseStatement = (table: "api_keys" | "personal_access_tokens", id: string) =>
  statement(
    `${table}-record-use`,
    `UPDATE ${table} k SET last_used_at = used.at
     FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
     WHERE k.${id} = used.id AND (k.last_used_at IS NULL OR k.last_used_at < used.at - interval '1 minute')`,
  );
const recordUseStatements = [
  recordUseStatement("api_keys", "api_key_id"),
  recordUseStatement("personal_access_tokens", "personal_access_token_id"),
];

/** Of keys and tokens alike. Forward only and at most once a minute each, whatever the number of replicas. */
export const recordCredentialUses = async (sql: Sql, uses: ReadonlyMap<string, Date>): Promise<void> => {
  // In one order everywhere, so that two replicas never wait for each other.
  const sorted = [...uses].sort(([a], [b]) => (a < b ? -1 : 1));
  const values = [sorted.map(([id]) => id), sorted.map(([, at]) => at)];
  for (const each of recordUseStatements) await sql.query(each, values);
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

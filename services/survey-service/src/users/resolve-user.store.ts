import type { RpcRequest } from "@roundtrip/contracts/rpc";
import type { resolveUser } from "@roundtrip/contracts/survey/resolve-user.rpc";
import { type Sql, statement } from "@roundtrip/database/database";

const byId = statement<{ user_id: string }>(
  "users-resolve-by-id",
  "SELECT user_id FROM users WHERE workspace_id = $1 AND user_id = $2",
);
const byExternalId = statement<{ user_id: string }>(
  "users-resolve-by-external-id",
  "SELECT user_id FROM users WHERE workspace_id = $1 AND external_user_id = $2",
);

/** Null when the workspace has no such user; another workspace's user is no user. */
export const findUserId = async (sql: Sql, wanted: RpcRequest<typeof resolveUser>): Promise<string | null> => {
  const rows =
    "user_id" in wanted
      ? await sql.query(byId, [wanted.workspace_id, wanted.user_id])
      : await sql.query(byExternalId, [wanted.workspace_id, wanted.external_user_id]);
  return rows[0]?.user_id ?? null;
};

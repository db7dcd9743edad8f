import { statement, type Tx } from "@roundtrip/database/database";
import type { Prisma } from "../store/auth-db.ts";

export const findWorkspace = (prisma: Prisma, workspaceId: string) =>
  prisma.workspace.findUnique({
    where: { workspaceId },
    select: {
      workspaceId: true,
      environment: true,
      allowedOrigins: true,
      customer: { select: { customerId: true, name: true } },
    },
  });

const originsStatement = statement<{ workspace_id: string }>(
  "workspaces-set-allowed-origins",
  `UPDATE workspaces w SET allowed_origins = $3 FROM memberships m JOIN accounts a USING (account_id)
   WHERE w.workspace_id = $1 AND m.customer_id = w.customer_id AND m.account_id = $2 AND m.role IN ('admin', 'owner')
     AND m.disabled_at IS NULL AND a.disabled_at IS NULL RETURNING w.workspace_id`,
);

/** False when the account is no admin of the workspace's customer. */
export const setAllowedOrigins = async (
  tx: Tx,
  change: { readonly workspaceId: string; readonly accountId: string; readonly origins: readonly string[] },
): Promise<boolean> =>
  (await tx.query(originsStatement, [change.workspaceId, change.accountId, change.origins])).length > 0;

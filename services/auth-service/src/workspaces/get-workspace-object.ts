import type { WorkspaceObject } from "@roundtrip/contracts/auth/workspace";
import type { Environment } from "@roundtrip/contracts/scope";
import type { Prisma } from "../store/auth-db.ts";
import { findWorkspace } from "./workspace.store.ts";

/** The workspace that an access token names. */
export const getWorkspaceObject = async (
  prisma: Prisma,
  caller: { readonly workspaceId: string; readonly environment: Environment },
): Promise<WorkspaceObject> => {
  const workspace = await findWorkspace(prisma, caller.workspaceId);
  if (!workspace) throw new Error("an access token names a workspace that is not there");
  return {
    workspace_id: workspace.workspaceId,
    environment: caller.environment,
    customer: { customer_id: workspace.customer.customerId, name: workspace.customer.name },
    allowed_origins: workspace.allowedOrigins,
  };
};

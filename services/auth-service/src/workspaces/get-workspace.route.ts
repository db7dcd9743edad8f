import { getWorkspace } from "@roundtrip/contracts/auth/get-workspace.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Prisma } from "../store/auth-db.ts";
import { findWorkspace } from "./workspace.store.ts";

export const createGetWorkspaceRoute = (deps: { readonly prisma: Prisma }): Route =>
  route(getWorkspace, async ({ caller }) => {
    const workspace = await findWorkspace(deps.prisma, caller.workspaceId);
    if (!workspace) throw new Error("an access token names a workspace that is not there");
    return {
      status: 200,
      body: {
        workspace_id: workspace.workspaceId,
        environment: caller.environment,
        customer: { customer_id: workspace.customer.customerId, name: workspace.customer.name },
        allowed_origins: workspace.allowedOrigins,
      },
    };
  });

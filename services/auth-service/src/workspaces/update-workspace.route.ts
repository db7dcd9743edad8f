import { updateWorkspace as operation } from "@roundtrip/contracts/auth/update-workspace.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Prisma } from "../store/auth-db.ts";
import { getWorkspaceObject } from "./get-workspace-object.ts";
import { type UpdateWorkspaceDeps, updateWorkspace } from "./update-workspace.ts";

export const createUpdateWorkspaceRoute = (deps: UpdateWorkspaceDeps & { readonly prisma: Prisma }): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    const { customerId, workspaceId, environment } = caller;
    const source = { address, requestId };
    await updateWorkspace(deps, { ...body, accountId: caller.actor.id, customerId, workspaceId, environment, source });
    return { status: 200, body: await getWorkspaceObject(deps.prisma, caller) };
  });

import { getWorkspace } from "@roundtrip/contracts/auth/get-workspace.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Prisma } from "../store/auth-db.ts";
import { getWorkspaceObject } from "./get-workspace-object.ts";

export const createGetWorkspaceRoute = (deps: { readonly prisma: Prisma }): Route =>
  route(getWorkspace, async ({ caller }) => ({ status: 200, body: await getWorkspaceObject(deps.prisma, caller) }));

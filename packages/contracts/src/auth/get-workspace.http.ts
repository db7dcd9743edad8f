import { operation } from "../operation.ts";
import { WorkspaceObject } from "./workspace.ts";

export const getWorkspace = operation({
  id: "getWorkspace",
  service: "auth",
  method: "GET",
  path: "/v2/workspace",
  summary: "The workspace in hand and its settings",
  description: "The one that `X-Workspace` names. `allowed_origins`: pages that may use live keys in a browser.",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  responses: { 200: WorkspaceObject },
  problems: [],
});

import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { WorkspaceObject } from "./workspace.ts";

export const updateWorkspace = operation({
  id: "updateWorkspace",
  service: "auth",
  method: "PATCH",
  path: "/v2/workspace",
  summary: "Change the settings of the workspace in hand",
  description:
    "`allowed_origins` as browsers send them (`https://portal.example`), at most 50: pages that may use live keys.",
  access: { kind: "workspace", scope: null, role: "admin", callers: ["account"] },
  dialect: "v2",
  body: Closed({
    allowed_origins: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 50 })),
  }),
  bodyLimitBytes: 16_384,
  responses: { 200: WorkspaceObject },
  problems: [],
});

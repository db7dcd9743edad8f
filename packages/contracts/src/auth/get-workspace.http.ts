import { Type } from "typebox";
import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { EnvironmentName } from "./api-key.ts";

export const getWorkspace = operation({
  id: "getWorkspace",
  service: "auth",
  method: "GET",
  path: "/v2/workspace",
  summary: "The workspace in hand and its settings",
  description: "The one that `X-Workspace` names. `allowed_origins`: pages that may use live keys in a browser.",
  access: { kind: "workspace", scope: null, role: "admin", apiKey: false },
  dialect: "v2",
  responses: {
    200: Closed({
      workspace_id: Uuid,
      environment: EnvironmentName,
      customer: Closed({ customer_id: Uuid, name: Type.String() }),
      allowed_origins: Type.Array(Type.String()),
    }),
  },
  problems: [],
});

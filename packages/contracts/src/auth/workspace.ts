import { type Static, Type } from "typebox";
import { Closed, Uuid } from "../formats.ts";
import { EnvironmentName } from "./api-key.ts";

export const WorkspaceObject = Closed({
  workspace_id: Uuid,
  environment: EnvironmentName,
  customer: Closed({ customer_id: Uuid, name: Type.String() }),
  allowed_origins: Type.Array(Type.String()),
});
export type WorkspaceObject = Static<typeof WorkspaceObject>;

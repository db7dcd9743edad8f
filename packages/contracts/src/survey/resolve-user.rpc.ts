import { Type } from "typebox";
import { Closed, Nullable, Text, Uuid } from "../formats.ts";
import { rpc } from "../rpc.ts";

/** auth-service asks whom an action token is to be made for. Null when the workspace has no such user. */
export const resolveUser = rpc({
  subject: "rpc.survey.resolve-user",
  owner: "survey-service",
  callers: ["auth-service"],
  request: Type.Union([
    Closed({ workspace_id: Uuid, user_id: Uuid }),
    Closed({ workspace_id: Uuid, external_user_id: Text(256) }),
  ]),
  reply: Closed({ user_id: Nullable(Uuid) }),
});

import { Type } from "typebox";
import { Closed, Uuid } from "../formats.ts";
import { rpc } from "../rpc.ts";

/** notify-service asks, in batches of at most 200, when a webhook wants full bodies. Unknown ids are left out. */
export const submissionsById = rpc({
  subject: "rpc.survey.submissions",
  owner: "survey-service",
  callers: ["notify-service"],
  request: Closed({ workspace_id: Uuid, submission_ids: Type.Array(Uuid, { maxItems: 200 }) }),
  reply: Closed({ submissions: Type.Array(Type.Record(Type.String(), Type.Unknown())) }),
});

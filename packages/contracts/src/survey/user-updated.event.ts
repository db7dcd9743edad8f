import { Type } from "typebox";
import { eventType } from "../event.ts";
import { Closed, Nullable, Uuid } from "../formats.ts";

/** A person of the workspace was updated. */
export const userUpdated = eventType({
  type: "survey.user.updated.v1",
  data: Closed({ user_id: Uuid, external_user_id: Nullable(Type.String()) }),
  consumers: ["notify-service-on-public-event"],
  publicType: "user.updated",
});

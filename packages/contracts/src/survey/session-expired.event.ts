import { eventType } from "../event.ts";
import { SessionFacts } from "./session-facts.ts";

/** The session's time ran out before it was completed. */
export const sessionExpired = eventType({
  type: "survey.session.expired.v1",
  data: SessionFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "session.expired",
});

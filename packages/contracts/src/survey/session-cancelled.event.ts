import { eventType } from "../event.ts";
import { SessionFacts } from "./session-facts.ts";

/** The session was given up by the respondent or the organisation. */
export const sessionCancelled = eventType({
  type: "survey.session.cancelled.v1",
  data: SessionFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "session.cancelled",
});

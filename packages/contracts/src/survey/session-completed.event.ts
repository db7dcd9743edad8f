import { eventType } from "../event.ts";
import { SessionFacts } from "./session-facts.ts";

/** The answers are stored and the session has ended well. */
export const sessionCompleted = eventType({
  type: "survey.session.completed.v1",
  data: SessionFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "session.completed",
});

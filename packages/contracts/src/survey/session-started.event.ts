import { eventType } from "../event.ts";
import { SessionFacts } from "./session-facts.ts";

/** The first answers have been saved. */
export const sessionStarted = eventType({
  type: "survey.session.started.v1",
  data: SessionFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "session.started",
});

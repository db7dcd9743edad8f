import { eventType } from "../event.ts";
import { SessionFacts } from "./session-facts.ts";

/** A session exists; nobody has opened it yet. */
export const sessionCreated = eventType({
  type: "survey.session.created.v1",
  data: SessionFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "session.created",
});

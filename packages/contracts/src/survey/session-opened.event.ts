import { eventType } from "../event.ts";
import { SessionFacts } from "./session-facts.ts";

/** The respondent has opened the questionnaire. */
export const sessionOpened = eventType({
  type: "survey.session.opened.v1",
  data: SessionFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "session.opened",
});

import { eventType } from "../event.ts";
import { RespondentFacts } from "./respondent-facts.ts";

/** A respondent was updated. */
export const respondentUpdated = eventType({
  type: "survey.respondent.updated.v1",
  data: RespondentFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "respondent.updated",
});

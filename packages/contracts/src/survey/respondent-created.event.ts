import { eventType } from "../event.ts";
import { RespondentFacts } from "./respondent-facts.ts";

/** A respondent was created. */
export const respondentCreated = eventType({
  type: "survey.respondent.created.v1",
  data: RespondentFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "respondent.created",
});

import { eventType } from "../event.ts";
import { SessionFacts } from "./session-facts.ts";

/** Answers were stored. Published with the session's terminal event, in the same transaction. */
export const submissionCreated = eventType({
  type: "survey.submission.created.v1",
  data: SessionFacts,
  consumers: ["notify-service-on-public-event"],
  publicType: "submission.created",
});

import type { EventType } from "./event.ts";
import { respondentCreated } from "./survey/respondent-created.event.ts";
import { respondentUpdated } from "./survey/respondent-updated.event.ts";
import { sessionCancelled } from "./survey/session-cancelled.event.ts";
import { sessionCompleted } from "./survey/session-completed.event.ts";
import { sessionCreated } from "./survey/session-created.event.ts";
import { sessionExpired } from "./survey/session-expired.event.ts";
import { sessionOpened } from "./survey/session-opened.event.ts";
import { sessionStarted } from "./survey/session-started.event.ts";
import { submissionCreated } from "./survey/submission-created.event.ts";
import { userCreated } from "./survey/user-created.event.ts";
import { userUpdated } from "./survey/user-updated.event.ts";

/** Every event that leaves the house, the catalogue that customers subscribe from. */
export const publicEvents = [
  userCreated,
  userUpdated,
  respondentCreated,
  respondentUpdated,
  sessionCreated,
  sessionOpened,
  sessionStarted,
  sessionCompleted,
  sessionCancelled,
  sessionExpired,
  submissionCreated,
] as const satisfies readonly EventType[];

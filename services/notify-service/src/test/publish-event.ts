import type { EventType } from "@roundtrip/contracts/event";
import { sessionCompleted } from "@roundtrip/contracts/survey/session-completed.event";
import type { SessionFacts } from "@roundtrip/contracts/survey/session-facts";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { Static } from "typebox";
import { uuidv7 } from "uuidv7";

export const sessionFacts = (changes: Partial<SessionFacts> = {}): SessionFacts => ({
  session_id: uuidv7(),
  survey: "wellbeing",
  survey_id: uuidv7(),
  user_id: uuidv7(),
  external_user_id: "patient-4711 ✓",
  username: "p4711",
  status: "completed",
  sequence: 4,
  submission_id: uuidv7(),
  ...changes,
});

export interface PublishedEvent {
  readonly eventId: string;
  readonly body: string;
}

/** As the relay of survey-service would publish it. */
export const publishEvent = async <E extends EventType>(
  bus: EventBus,
  event: { readonly type: E; readonly workspaceId: string; readonly data: Static<E["data"]> },
): Promise<PublishedEvent> => {
  const eventId = uuidv7();
  const body = JSON.stringify({
    specversion: "1.0",
    id: eventId,
    source: "/survey-service",
    type: event.type.type,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    workspaceid: event.workspaceId,
    data: event.data,
  });
  await bus.publish({ subject: event.type.type, messageId: `${eventId}:0`, body });
  return { eventId, body };
};

export const publishCompleted = (
  bus: EventBus,
  workspaceId: string,
  changes: Partial<SessionFacts> = {},
): Promise<PublishedEvent> => publishEvent(bus, { type: sessionCompleted, workspaceId, data: sessionFacts(changes) });

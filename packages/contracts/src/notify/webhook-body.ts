import { type TSchema, Type } from "typebox";
import type { EventType } from "../event.ts";
import { Instant, Nullable } from "../formats.ts";
import { publicEvents } from "../public-events.ts";

type PublicEvent = (typeof publicEvents)[number];
type PublicType = PublicEvent["publicType"];

/** What a webhook receives: `{ type, timestamp, data }` (Standard Webhooks). `timestamp` is when it happened. */
const webhookBody = (publicType: string, data: TSchema) =>
  Type.Object({ type: Type.Literal(publicType), timestamp: Instant, data });

export interface CatalogueEntry {
  readonly type: PublicType;
  readonly description: string;
  readonly schema: TSchema;
  readonly example: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

const user = {
  user_id: "0192f0c1-2a30-7c4d-9d0e-6f1a2b3c4d5e",
  external_user_id: "patient-4711",
};
const survey = { survey: "wellbeing", survey_id: "0192f0c1-1f00-7a11-8b22-1c2d3e4f5a6b" };
const respondent = { ...survey, ...user, username: "p4711" };
const session = (status: string, sequence: number) => ({
  session_id: "0192f0c2-7b10-7e3f-a4c5-5d6e7f8a9b0c",
  ...respondent,
  status,
  sequence,
  submission_id: status === "completed" ? "0192f0c9-0d20-7f41-b6d7-7e8f9a0b1c2d" : null,
});

/** One entry per public type: the compiler refuses a type without a description and an example. */
const described: Readonly<
  Record<PublicType, { readonly says: string; readonly data: Readonly<Record<string, unknown>> }>
> = {
  "user.created": { says: "A person of the workspace was created.", data: user },
  "user.updated": { says: "A person of the workspace was updated.", data: user },
  "respondent.created": { says: "A respondent of a survey was created.", data: respondent },
  "respondent.updated": { says: "A respondent of a survey was updated.", data: respondent },
  "session.created": { says: "A session exists; nobody has opened it yet.", data: session("created", 1) },
  "session.opened": { says: "The respondent has opened the questionnaire.", data: session("opened", 2) },
  "session.started": { says: "The first answers have been saved.", data: session("in_progress", 3) },
  "session.completed": {
    says: "The answers are stored and the session has ended well.",
    data: session("completed", 4),
  },
  "session.cancelled": { says: "The session was given up.", data: session("cancelled", 4) },
  "session.expired": { says: "The session's time ran out before it was completed.", data: session("expired", 4) },
  "submission.created": { says: "Answers were stored.", data: session("completed", 4) },
};

const occurredAt = "2026-11-20T16:00:00.000Z";

/** With `payload: full`, `data.submission` is there as well where the event has a `submission_id`. */
const withSubmission = (event: EventType): TSchema => {
  if (!Type.IsObject(event.data) || !("submission_id" in event.data.properties)) return event.data;
  const submission = Type.Optional(Nullable(Type.Record(Type.String(), Type.Unknown())));
  return Type.Object({ ...event.data.properties, submission }, { additionalProperties: false });
};

/** What customers subscribe from: every public event with the schema of its body and an example. */
export const eventCatalogue: readonly CatalogueEntry[] = publicEvents.map((event) => ({
  type: event.publicType,
  description: described[event.publicType].says,
  schema: webhookBody(event.publicType, withSubmission(event)),
  example: { type: event.publicType, timestamp: occurredAt, data: described[event.publicType].data },
}));

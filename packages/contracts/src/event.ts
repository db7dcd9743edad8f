import { type Static, type TSchema, Type } from "typebox";
import { Uuid } from "./formats.ts";

/**
 * An event type: a fact that has happened, published once by its owner and consumed by each durable that it names.
 * The outbox row of an event is done when every durable listed here has sent its receipt.
 */
export interface EventType {
  /** `<context>.<noun>.<past tense>.v<N>`; also the NATS subject. */
  readonly type: string;
  readonly data: TSchema;
  readonly consumers: readonly Durable[];
  /** The name customers subscribe to, when the event leaves the house. */
  readonly publicType: string | null;
}

/** The durable consumers of the whole system, by name; the value is the service that runs it. */
export const durables = {
  "auth-service-on-respondent-credential-changed": "auth-service",
  "auth-service-on-ticket-key-created": "auth-service",
  "notify-service-on-public-event": "notify-service",
} as const;
export type Durable = keyof typeof durables;

export const eventType = <const E extends EventType>(definition: E): E => definition;

/**
 * CloudEvents 1.0 (structured JSON), with the workspace and the W3C trace context as extensions. The text of this
 * object is made once, stored in the outbox, and never re-serialised: a duplicate has the same bytes.
 */
export const Envelope = Type.Object({
  specversion: Type.Literal("1.0"),
  id: Uuid,
  source: Type.String({ maxLength: 64 }),
  type: Type.String({ maxLength: 128 }),
  time: Type.String({ maxLength: 32 }),
  datacontenttype: Type.Literal("application/json"),
  workspaceid: Uuid,
  traceparent: Type.Optional(Type.String({ maxLength: 64 })),
  data: Type.Unknown(),
});

export interface EventEnvelope<E extends EventType = EventType> extends Omit<Static<typeof Envelope>, "data"> {
  readonly data: Static<E["data"]>;
}

import type { Durable } from "./event.ts";

/**
 * Every NATS subject that is not an event type. Event types are their own subjects, in one stream.
 * `deploy/nats.conf` grants each service exactly what this file and the event files say; a test compares them.
 */
export const streamName = "roundtrip-events";
export const streamSubjects = ["auth.>", "survey.>", "notify.>"] as const;

/** Receipts go to the owner of the event: batched ids of events that one durable has committed. */
export const receiptSubject = (ownerService: string) => `receipt.${ownerService}`;

/** Asks a consumer which of these event ids its durable lacks. */
export const missingEventsSubject = (durable: Durable) => `rpc.missing-events.${durable}`;

/** Tells the relay of a service, wherever its leader runs, that another replica has committed outbox rows. */
export const outboxNudge = (ownerService: string) => `nudge.outbox.${ownerService}`;

/** Broadcasts without a reply; lost ones are made good by the receivers' own time limits. */
export const nudges = {
  /** Says the id of the credential, or of the workspace, customer or account whose credentials have changed. */
  credentialsChanged: "nudge.auth.credentials-changed",
  keysChanged: "nudge.auth.keys-changed",
  deliveriesPlanned: "nudge.notify.deliveries-planned",
  webhookChanged: "nudge.notify.webhook-changed",
} as const;

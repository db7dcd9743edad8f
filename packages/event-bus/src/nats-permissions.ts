import { streamName } from "@roundtrip/contracts/subjects";

export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * What the driver itself needs of the broker, for a user's `permissions`. A service needs besides:
 * - to publish: its event types, the subjects it requests, the subjects it announces;
 * - to subscribe: the subjects it answers and those it listens to;
 * - `allow_responses: true` when it answers any.
 *
 * @param name the bus's `name`: replies come to inboxes below it, which nobody else may read.
 */
export const driverPermissions = (name: string, durables: readonly string[]): NatsPermissions => ({
  publish: [
    ...["INFO", "CREATE", "UPDATE"].map((verb) => `$JS.API.STREAM.${verb}.${streamName}`),
    ...durables.flatMap((durable) => [
      ...["INFO", "CREATE", "DELETE", "MSG.NEXT"].map((verb) => `$JS.API.CONSUMER.${verb}.${streamName}.${durable}`),
      // The filter of the consumer is the rest of the subject.
      `$JS.API.CONSUMER.CREATE.${streamName}.${durable}.>`,
      `$JS.ACK.${streamName}.${durable}.>`,
    ]),
  ],
  subscribe: [`_INBOX.${name}.>`],
});

import { setTimeout as wait } from "node:timers/promises";
import { ErrorCode, type NatsConnection, NatsError } from "nats";
import type { BusLog } from "./bus-log.ts";
import { BusUnavailable } from "./bus-unavailable.ts";
import type { OutgoingEvent } from "./event-bus.ts";
import type { NatsConnector } from "./nats-connector.ts";
import { writeHeaders } from "./nats-headers.ts";
import type { NatsStream } from "./nats-stream.ts";

const publishMaxMs = 5_000;
const retryPauseMs = 100;

interface Publishing {
  readonly connector: NatsConnector;
  readonly stream: NatsStream;
  readonly log: BusLog;
}

/**
 * Publishes one event and waits until the stream has it. Two faults are made good within the 5 s: a connection that breaks
 * (the same message id goes out on the next one, so that the broker drops it if it has it), and a stream that is missing.
 *
 * @throws BusUnavailable with the last fault as its cause.
 */
export const publishEvent = async (publishing: Publishing, message: OutgoingEvent): Promise<void> => {
  const until = Date.now() + publishMaxMs;
  for (;;) {
    const connection = await publishing.connector.connected(until - Date.now());
    try {
      return await publishOnce(connection, message, Math.max(1, until - Date.now()));
    } catch (error) {
      const isStreamMissing = error instanceof NatsError && error.code === ErrorCode.NoResponders;
      const isWorthAnother = isStreamMissing || connection.isClosed();
      if (!isWorthAnother || Date.now() + retryPauseMs >= until) throw new BusUnavailable({ cause: error });
      if (isStreamMissing) await makeStream(publishing, connection, until);
      else await wait(retryPauseMs);
    }
  }
};

const publishOnce = async (connection: NatsConnection, message: OutgoingEvent, timeoutMs: number): Promise<void> => {
  const headers = writeHeaders(message.headers ?? {});
  const options = { msgID: message.messageId, headers, timeout: timeoutMs };
  await connection.jetstream().publish(message.subject, message.body, options);
};

/** Whether it worked is seen by publishing again. */
const makeStream = async ({ stream, log }: Publishing, connection: NatsConnection, until: number): Promise<void> => {
  const made = stream.ensure(connection).catch(async (error: unknown) => {
    log.warn({ err: error }, "the event stream is missing and cannot be made");
    await wait(retryPauseMs);
  });
  await Promise.race([made, wait(until - Date.now())]);
};

import { ErrorCode, type Msg, type Subscription as NatsClientSubscription, NatsError } from "nats";
import type { BusLog } from "./bus-log.ts";
import { BusUnavailable } from "./bus-unavailable.ts";
import type { Subscription } from "./event-bus.ts";
import { InFlight } from "./in-flight.ts";
import { flush, type NatsConnector } from "./nats-connector.ts";
import { writeHeaders } from "./nats-headers.ts";
import { type OnAnnouncement, shieldListener } from "./shield-listener.ts";

/** On a reply that is not an answer: the responder threw. The body says what. */
const failureHeader = "Roundtrip-Failure";
const respondersQueue = "responders";

/** @throws BusUnavailable when nobody answers, when the responder failed, or when the time is over. */
export const request = async (
  connector: NatsConnector,
  subject: string,
  { body, timeoutMs }: { readonly body: string; readonly timeoutMs: number },
): Promise<string> => {
  const until = Date.now() + timeoutMs;
  const connection = await connector.connected(timeoutMs);
  const reply = await connection
    .request(subject, body, { timeout: Math.max(1, until - Date.now()) })
    .catch((error: unknown) => Promise.reject(new BusUnavailable({ cause: explain(error, subject) })));
  if (!reply.headers?.has(failureHeader)) return reply.string();
  throw new BusUnavailable({ cause: new Error(`the responder of ${subject} failed: ${reply.string()}`) });
};

const explain = (error: unknown, subject: string): unknown => {
  const isNobody = error instanceof NatsError && error.code === ErrorCode.NoResponders;
  return isNobody ? new Error(`nobody answers ${subject}`, { cause: error }) : error;
};

export const respond = async (
  connector: NatsConnector,
  { subject, onRequest }: { readonly subject: string; readonly onRequest: (body: string) => Promise<string> },
  log: BusLog,
): Promise<Subscription> => {
  const inFlight = new InFlight();
  const onMessage = (message: Msg) => void inFlight.run(() => answer(message, onRequest, log));
  const interest = await keepSubscribed(connector, { subject, queue: respondersQueue, onMessage }, log);
  return {
    close: async () => {
      await interest.close();
      await inFlight.settled();
    },
  };
};

const answer = async (message: Msg, onRequest: (body: string) => Promise<string>, log: BusLog): Promise<void> => {
  try {
    message.respond(await onRequest(message.string()));
  } catch (error) {
    log.warn({ err: error, subject: message.subject }, "a request failed");
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    message.respond(text.slice(0, 500), { headers: writeHeaders({ [failureHeader]: "1" }) });
  }
};

export const announce = (
  connector: NatsConnector,
  { subject, body }: { readonly subject: string; readonly body: string },
  log: BusLog,
): void => {
  try {
    if (connector.current?.isClosed() === false) connector.current.publish(subject, body);
  } catch (error) {
    log.warn({ err: error, subject }, "not announced");
  }
};

export const listen = (
  connector: NatsConnector,
  interest: { readonly subject: string; readonly queue: string | undefined; readonly onMessage: OnAnnouncement },
  log: BusLog,
): Promise<Subscription> => {
  const onMessage = shieldListener(interest.subject, interest.onMessage, log);
  return keepSubscribed(connector, { ...interest, onMessage: (message) => onMessage(message.string()) }, log);
};

interface Interest {
  readonly subject: string;
  readonly queue: string | undefined;
  readonly onMessage: (message: Msg) => void;
}

/** Subscribes on this connection, if there is one, and on every later one. Returns when the server knows. */
const keepSubscribed = async (connector: NatsConnector, interest: Interest, log: BusLog): Promise<Subscription> => {
  const { subject, queue, onMessage } = interest;
  let latest: NatsClientSubscription | null = null;
  const off = connector.onConnection((connection) => {
    latest = connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error) log.error({ err: error, subject }, "the broker refuses a subscription");
        else onMessage(message);
      },
    });
  });
  // A process that starts with a broker about to come should find its first request answered.
  const connection = await connector.connected(Number.POSITIVE_INFINITY).catch(() => null);
  if (connection) await flush(connection);
  return {
    close: async () => {
      off();
      // Answers that are under way may still leave; what fails here has failed with its connection.
      void latest?.drain().catch(() => undefined);
      if (connector.current) await flush(connector.current);
    },
  };
};

/**
 * The port between the services and whatever carries their messages. Two drivers exist, NATS JetStream
 * (`nats-event-bus.ts`) and in-process (`in-process-event-bus.ts`); both pass `event-bus.conformance.ts`.
 *
 * Three kinds of traffic:
 * - events: `publish` / `subscribe`, at least once, a position per durable. A publish that returns is a hint, not
 *   durability: the outbox row is what survives (architecture.md section 4);
 * - requests: `request` / `respond`, no memory, one answer within the time limit or a `BusUnavailable`;
 * - nudges: `announce` / `listen`, broadcast to every listener (or to one of each `queue`), may be lost.
 */
export interface EventBus {
  /** Resolves when the broker has taken the message; throws `BusUnavailable` when it cannot within 5 s. */
  publish(message: OutgoingEvent): Promise<void>;
  /**
   * Starts consuming, one batch at a time. Competing subscribers of one durable share its messages. A new durable begins
   * with the oldest event that the stream keeps. Resolves when the durable exists, or soon while the broker is away:
   * consumption then begins when it is back.
   */
  subscribe(options: SubscribeOptions, onBatch: OnBatch): Promise<Subscription>;
  /**
   * Throws `BusUnavailable` when the broker is away, when nobody answers the subject (at once), when the responder threw
   * (its message is in the cause), or when there is no answer after `timeoutMs`.
   */
  request(subject: string, body: string, timeoutMs: number): Promise<string>;
  /** Answers requests; responders of one subject in several processes share the load. A throw answers an error. */
  respond(subject: string, onRequest: (body: string) => Promise<string>): Promise<Subscription>;
  /** Never throws; what is announced while there is no broker, or before the bus has connected, is lost. */
  announce(subject: string, body: string): void;
  listen(
    subject: string,
    onMessage: (body: string) => void,
    options?: { readonly queue?: string },
  ): Promise<Subscription>;
  /** Where the event stream stands; creates the stream when it is missing. See `outbox` for what it is compared with. */
  streamPosition(): Promise<StreamPosition>;
  /** Throws `BusUnavailable` while there is no broker. For readiness. */
  check(): Promise<void>;
  /** Stops taking messages, lets handlers in flight finish, disconnects. */
  close(): Promise<void>;
}

export interface OutgoingEvent {
  readonly subject: string;
  /** The broker drops a second message with the same id within two minutes of the first. Not the event id: see outbox, `publish_count`. */
  readonly messageId: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface IncomingEvent {
  readonly subject: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** 1 for the first delivery. */
  readonly deliveryCount: number;
}

/** What to do with one message: forget it, bring it again after a while, or forget it because it can never be read. */
export type Verdict =
  | { readonly kind: "ack" }
  | { readonly kind: "retry"; readonly delayMs: number }
  | { readonly kind: "give_up" };

/**
 * Gets 1..batchSizeMax messages, answers one verdict for each, in order. A throw, or a wrong number of verdicts, brings all
 * of them again: each after 1, 2, 4, 8, 16 and then 30 s, by its own `deliveryCount`.
 */
export type OnBatch = (batch: readonly IncomingEvent[]) => Promise<readonly Verdict[]>;

export interface SubscribeOptions {
  /** Letters, digits, `-` and `_`. Its position outlives its subscribers. */
  readonly durable: string;
  /** `*` stands for one token, a last `>` for one or more. Subjects added later count from the durable's position on. */
  readonly subjects: readonly string[];
  /** Default 200. A batch is closed when it is full or nothing more is waiting; it is never delayed to fill up. */
  readonly batchSizeMax?: number;
  /** Not acknowledged within this time means delivered again, also while the handler still runs. Default 30,000. */
  readonly ackWaitMs?: number;
}

export interface Subscription {
  /** Stops taking messages and waits for the handlers in flight. */
  close(): Promise<void>;
}

export interface StreamPosition {
  readonly createdAt: string;
  readonly lastSequence: number;
}

import { streamName } from "@roundtrip/contracts/subjects";
import { type Msg, type NatsConnection, nanos, type Subscription } from "nats";
import { flush } from "./nats-connector.ts";

/** The server ends a request that nothing came for after this time; the next one is made at once. */
const requestMs = 30_000;
/** While a request is open the server says that often that it still knows of it. */
const heartbeatMs = 2_000;
const silenceMaxMs = 2.5 * heartbeatMs;

interface PullOptions {
  readonly connection: NatsConnection;
  /** A subject of its own for what the server sends. */
  readonly inbox: string;
  readonly durable: string;
  /** How many messages may come now. */
  readonly room: () => number;
  readonly onMessage: (message: Msg) => void;
}

/**
 * Keeps one request for messages open at the server, for as many as there is room for. It ends for good, and says so by
 * `ended`, when the server no longer knows the consumer or has fallen silent; a broken connection ends it too.
 *
 * Messages are asked for in the protocol itself (NATS ADR-13, subject `$JS.API.CONSUMER.MSG.NEXT`): what the client
 * library offers on top of it hides the end of a request, which is when the durable has to be made again.
 */
export class NatsPull {
  readonly ended: Promise<string>;
  readonly #options: PullOptions;
  readonly #subscription: Subscription;
  readonly #watch: NodeJS.Timeout;
  #end: (why: string) => void = () => undefined;
  /** Messages that the open request may still bring; 0 when none is open. */
  #owed = 0;
  #heardAt = Date.now();

  constructor(options: PullOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const { connection, inbox } = options;
    this.#subscription = connection.subscribe(inbox, {
      callback: (error, message) => (error ? this.#end(error.message) : this.#hear(message)),
    });
    this.#watch = setInterval(() => this.#checkSilence(), heartbeatMs);
    void connection.closed().then(() => this.#end("the connection broke"));
    this.ask();
  }

  /** Opens the next request when none is open and there is room. */
  ask(): void {
    const batch = this.#options.room();
    if (this.#owed > 0 || batch <= 0 || this.#subscription.isClosed()) return;
    this.#owed = batch;
    this.#heardAt = Date.now();
    const { connection, durable, inbox } = this.#options;
    const request = { batch, expires: nanos(requestMs), idle_heartbeat: nanos(heartbeatMs) };
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${streamName}.${durable}`;
    connection.publish(subject, JSON.stringify(request), { reply: inbox });
  }

  /** Everything that the server had sent before it heard of this has come in when this resolves. */
  async close(): Promise<void> {
    clearInterval(this.#watch);
    if (this.#options.connection.isClosed()) return;
    // `drain` rejects on a connection that breaks meanwhile, and never settles on one that is broken.
    void this.#subscription.drain().catch(() => undefined);
    await flush(this.#options.connection);
    this.#end("closed");
  }

  #hear(message: Msg): void {
    this.#heardAt = Date.now();
    if (message.subject !== this.#options.inbox) {
      this.#owed -= 1;
      this.#options.onMessage(message);
    } else if (message.headers?.code === 100) {
      return;
    } else if (message.headers?.code === 408) {
      this.#owed = 0;
    } else {
      // 409: the consumer was deleted, or the server shuts down. 503: nobody there has JetStream.
      this.#end(`${message.headers?.code} ${message.headers?.description}`);
      return;
    }
    this.ask();
  }

  #checkSilence(): void {
    // A consumer that went while no request was open is not announced: requests for it are never answered.
    if (this.#owed > 0 && Date.now() - this.#heardAt > silenceMaxMs) this.#end("the broker is silent");
  }
}

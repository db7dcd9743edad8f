import { streamName } from "@roundtrip/contracts/subjects";
import { type Msg, type NatsConnection, nanos, type Subscription } from "nats";

/**
 * The server ends a request after this time, and the next one is made at once. A request cannot be taken back: what the
 * server sends to a subject that was just unsubscribed is lost until its ack wait is over. So a close waits for the end of
 * the open request, and this is how long that takes at most.
 */
const requestMaxMs = 300;
const requestMinMs = 200;
/** So many of these without a word, though a request is open, and the server no longer knows of it. */
const watchMs = 1_000;
const silentWatchesMax = 3;

interface PullOptions {
  readonly connection: NatsConnection;
  /** A subject of its own for what the server sends. */
  readonly inbox: string;
  readonly durable: string;
  /** How many messages may come besides those that are owed. */
  readonly room: () => number;
  readonly onMessage: (message: Msg) => void;
}

/**
 * Keeps one request for messages open at the server, for as many as there is room for. It ends for good, and says so by
 * `ended`, when the server no longer knows the consumer or has fallen silent; a broken connection ends it too.
 *
 * A subscription has two of these, and their requests last differently long, so that the server always knows one that has
 * not expired. Server 2.9.10, when it has a message to bring again and finds that the only request has just expired, forgets
 * the message until its next ack wait is over.
 *
 * Messages are asked for in the protocol itself (NATS ADR-13, subject `$JS.API.CONSUMER.MSG.NEXT`): what the client
 * library offers on top of it hides the end of a request, which is when the durable has to be made again.
 */
export class NatsPull {
  /** Why it ended. */
  readonly ended: Promise<string>;
  readonly #options: PullOptions;
  readonly #subscription: Subscription;
  readonly #watch: NodeJS.Timeout;
  #end: (why: string) => void = () => undefined;
  #answered: () => void = () => undefined;
  /** 0 when no request is open. */
  #owed = 0;
  #silentWatches = 0;
  #isClosing = false;

  constructor(options: PullOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const { connection, inbox } = options;
    this.#subscription = connection.subscribe(inbox, {
      callback: (error, message) => (error ? this.#end(error.message) : this.#hear(message)),
    });
    this.#watch = setInterval(() => this.#checkSilence(), watchMs);
    // Resolves when the connection is gone, and never rejects.
    void connection.closed().then(() => this.#end("the connection broke"));
  }

  /** Messages that the open request may still bring. */
  get owed(): number {
    return this.#owed;
  }

  /** Opens the next request when none is open and there is room. */
  ask(): void {
    const { connection, durable, inbox, room } = this.#options;
    const batch = room();
    if (this.#owed > 0 || batch <= 0 || this.#isClosing || connection.isClosed()) return;
    this.#owed = batch;
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${streamName}.${durable}`;
    const expires = nanos(requestMinMs + Math.random() * (requestMaxMs - requestMinMs));
    connection.publish(subject, JSON.stringify({ batch, expires: Math.round(expires) }), { reply: inbox });
  }

  /** Everything that the server had sent has come in when this resolves. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    if (this.#owed > 0) await Promise.race([answered, this.ended]);
    clearInterval(this.#watch);
    this.#subscription.unsubscribe();
    this.#end("closed");
  }

  #hear(message: Msg): void {
    this.#silentWatches = 0;
    if (message.subject !== this.#options.inbox) {
      this.#owed -= 1;
      this.#options.onMessage(message);
    } else if (message.headers?.code === 408) {
      this.#owed = 0;
    } else {
      // 409: the consumer was deleted, or the server shuts down. 503: nobody there has JetStream.
      this.#end(`${message.headers?.code} ${message.headers?.description}`);
      return;
    }
    if (this.#owed === 0) this.#answered();
    this.ask();
  }

  /** A consumer that went while no request was open is not announced: requests for it are never answered. */
  #checkSilence(): void {
    // Watches are counted, not milliseconds: after a long pause of this process its own answers are still unread.
    this.#silentWatches = this.#owed > 0 ? this.#silentWatches + 1 : 0;
    if (this.#silentWatches > silentWatchesMax) this.#end("the broker is silent");
  }
}

import { setTimeout as wait } from "node:timers/promises";
import { connect, type NatsConnection } from "nats";
import type { BusLog } from "./bus-log.ts";
import { BusUnavailable } from "./bus-unavailable.ts";

export interface NatsConnectorOptions {
  readonly servers: string | readonly string[];
  /** Shown in the server's connection list and the last part of the inbox prefix `_INBOX.<name>`: a subject token. */
  readonly name: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  readonly log: BusLog;
}

/** Waits between attempts to connect: 250 ms, 500 ms, 1 s, then 2 s for ever, each up to a quarter shorter. */
const firstWaitMs = 250;
const waitMaxMs = 2_000;
const dialTimeoutMs = 2_000;
/** A server that vanished without a word is noticed after two of these. */
const pingIntervalMs = 5_000;
const roundTripMaxMs = 2_000;
/** A restart of the broker is ridden out by callers for this long; after that they are told at once that it is away. */
const graceMs = 1_000;

/**
 * Holds one connection to the broker, for ever: when it breaks a new one is made. A connection is used until it
 * breaks and never repaired (the client's own reconnecting is off), so everything that lives on a connection - the
 * subscriptions, the waiting requests - has one rule: it ends with it, and is made anew on the next.
 */
export class NatsConnector {
  readonly #options: NatsConnectorOptions;
  readonly #closing = new AbortController();
  readonly #hooks = new Set<(connection: NatsConnection) => void>();
  readonly #waiting = new Set<(connection: NatsConnection | null) => void>();
  readonly #supervised: Promise<void>;
  #current: NatsConnection | null = null;
  #awaySince = Date.now();

  /** Starts to connect in the background; a broker that is away does not stop a process from starting. */
  constructor(options: NatsConnectorOptions) {
    if (!/^[\w-]+$/.test(options.name)) throw new Error(`${options.name} is no subject token`);
    this.#options = options;
    this.#supervised = this.#supervise();
  }

  /** Each service may subscribe to inboxes of its own only; the broker's permissions say so. */
  get inboxPrefix(): string {
    return `_INBOX.${this.#options.name}`;
  }

  get current(): NatsConnection | null {
    return this.#current;
  }

  /** Calls back with every connection, beginning with the one there is. @returns what takes it back. */
  onConnection(hook: (connection: NatsConnection) => void): () => void {
    this.#hooks.add(hook);
    if (this.#current) hook(this.#current);
    return () => this.#hooks.delete(hook);
  }

  /**
   * The connection; when there is none, waits for it until the broker has been away for a second, `withinMs` at most.
   *
   * @throws BusUnavailable
   */
  async connected(withinMs: number): Promise<NatsConnection> {
    if (this.#current) return this.#current;
    const patienceMs = Math.min(withinMs, this.#awaySince + graceMs - Date.now());
    const connection = this.#closing.signal.aborted || patienceMs <= 0 ? null : await this.#next(patienceMs);
    if (connection) return connection;
    const why = this.#closing.signal.aborted ? "the bus is closed" : "there is no connection to the broker";
    throw new BusUnavailable({ cause: new Error(why) });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const tell of [...this.#waiting]) tell(null);
    const connection = this.#current;
    if (connection) {
      // Acknowledgements may still be in the send buffer.
      await flush(connection);
      await connection.close();
    }
    await this.#supervised;
  }

  #next(withinMs: number): Promise<NatsConnection | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(tell, withinMs, null);
      const waiting = this.#waiting;
      function tell(connection: NatsConnection | null) {
        clearTimeout(timer);
        waiting.delete(tell);
        resolve(connection);
      }
      waiting.add(tell);
    });
  }

  async #supervise(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      try {
        const connection = await connect(this.#connectionOptions());
        failures = 0;
        await this.#use(connection);
      } catch (error) {
        failures += 1;
        if (failures === 1) this.#options.log.warn({ err: error }, "the broker is away; trying until it is back");
      }
      await this.#pause(failures);
    }
  }

  async #use(connection: NatsConnection): Promise<void> {
    if (this.#closing.signal.aborted) return connection.close();
    this.#current = connection;
    this.#options.log.info({ server: connection.getServer() }, "connected to the broker");
    for (const hook of [...this.#hooks]) hook(connection);
    for (const tell of [...this.#waiting]) tell(connection);
    const cause = await connection.closed();
    this.#current = null;
    this.#awaySince = Date.now();
    if (!this.#closing.signal.aborted) this.#options.log.warn({ err: cause }, "the connection to the broker broke");
  }

  async #pause(failures: number): Promise<void> {
    const longestMs = Math.min(waitMaxMs, firstWaitMs * 2 ** Math.max(0, failures - 1));
    // All clients of a broker that restarts would otherwise come back in the same instant.
    const pauseMs = longestMs * (1 - Math.random() / 4);
    await wait(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  #connectionOptions() {
    const { servers, name, user, password, token } = this.#options;
    return {
      servers: typeof servers === "string" ? servers : [...servers],
      name,
      inboxPrefix: this.inboxPrefix,
      reconnect: false,
      timeout: dialTimeoutMs,
      pingInterval: pingIntervalMs,
      maxPingOut: 2,
      // A stack trace per request costs more than the request.
      noAsyncTraces: true,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { pass: password }),
      ...(token === undefined ? {} : { token }),
    };
  }
}

/** Resolves when the server has read everything sent so far, or after 2 s. */
export const flush = (connection: NatsConnection): Promise<void> => roundTrip(connection).catch(() => undefined);

/**
 * Asks the server for a sign of life. The client's own flush waits for ever on a connection that breaks meanwhile.
 *
 * @throws Error when there is none within 2 s.
 */
export const roundTrip = async (connection: NatsConnection): Promise<void> => {
  const limit = new AbortController();
  const silence = wait(roundTripMaxMs, true, { signal: limit.signal }).catch(() => false);
  const isSilent = await Promise.race([connection.flush().then(() => false), silence]);
  limit.abort();
  if (isSilent) throw new Error("the broker is silent");
};

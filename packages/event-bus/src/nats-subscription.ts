import { setTimeout as wait } from "node:timers/promises";
import { createInbox, type Msg, type NatsConnection } from "nats";
import type { BusLog } from "./bus-log.ts";
import type { IncomingEvent, OnBatch, SubscribeOptions, Subscription, Verdict } from "./event-bus.ts";
import { judgeBatch } from "./judge-batch.ts";
import type { NatsConnector } from "./nats-connector.ts";
import { type DurableSettings, ensureDurable } from "./nats-durable.ts";
import { readHeaders } from "./nats-headers.ts";
import { NatsPull } from "./nats-pull.ts";
import type { NatsStream } from "./nats-stream.ts";
import { subjectMatches } from "./subject.rules.ts";
import { defaultAckWaitMs, defaultBatchSizeMax } from "./subscribe-defaults.ts";

export interface NatsConsuming {
  readonly connector: NatsConnector;
  readonly stream: NatsStream;
  readonly log: BusLog;
  readonly options: SubscribeOptions;
  readonly onBatch: OnBatch;
}

interface Held {
  /** Where the answer goes; it names the stream, the durable and the message. */
  readonly reply: string;
  readonly message: IncomingEvent;
}

/** Between two looks for the durable: 250 ms, and up to 2 s while one look after the other fails. */
const retryPauseMs = 250;
const retryPauseMaxMs = 2_000;
const steadyAfterMs = 5_000;
/** A subscribe that the broker does not answer returns after this time and goes on trying in the background. */
const readyMaxMs = 2_000;

/**
 * One subscriber of a durable. Two things run side by side:
 * - intake: on every connection it finds or makes stream and durable, then keeps a request open that fills a buffer of at
 *   most one batch; again whenever that ends;
 * - handling: takes what the buffer holds, calls the handler, sends the verdicts; one batch at a time.
 *
 * The buffer outlives a connection. A durable that was made anew (`createdAt` differs) counts from one again, so what came
 * from the old one is dropped, and its verdicts are never sent: they would name other messages.
 */
export class NatsSubscription implements Subscription {
  readonly #consuming: NatsConsuming;
  readonly #settings: DurableSettings;
  readonly #batchSizeMax: number;
  readonly #closing = new AbortController();
  readonly #handled: Promise<void>;
  readonly #offConnection: () => void;
  readonly #intakes = new Set<Promise<void>>();
  #buffer: Held[] = [];
  #connection: NatsConnection | null = null;
  #pulls: readonly NatsPull[] = [];
  #createdAt: string | null = null;
  #wake: () => void = () => undefined;
  #markReady: () => void = () => undefined;
  readonly #ready: Promise<void>;

  constructor(consuming: NatsConsuming) {
    const { durable, subjects, ackWaitMs = defaultAckWaitMs, batchSizeMax = defaultBatchSizeMax } = consuming.options;
    this.#consuming = consuming;
    this.#settings = { name: durable, subjects, ackWaitMs };
    this.#batchSizeMax = batchSizeMax;
    this.#ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    this.#offConnection = consuming.connector.onConnection((connection) => this.#startIntake(connection));
    this.#handled = this.#handle();
  }

  /** Resolves when the durable exists, or soon when there is no broker. */
  async ready(): Promise<void> {
    const limit = new AbortController();
    const patience = wait(readyMaxMs, undefined, { signal: limit.signal }).catch(() => undefined);
    const away = this.#consuming.connector.connected(readyMaxMs).then(
      () => patience,
      () => undefined,
    );
    await Promise.race([this.#ready, away]);
    limit.abort();
  }

  /** What was taken and not handed to the handler goes back to the broker at once. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#offConnection();
    await Promise.all(this.#pulls.map((pull) => pull.close()));
    this.#wake();
    this.#send(this.#buffer.splice(0), () => ({ kind: "retry", delayMs: 0 }));
    await Promise.all([this.#handled, ...this.#intakes]);
  }

  #startIntake(connection: NatsConnection): void {
    const intake = this.#takeIn(connection).finally(() => this.#intakes.delete(intake));
    this.#intakes.add(intake);
  }

  async #takeIn(connection: NatsConnection): Promise<void> {
    const { stream, log } = this.#consuming;
    let failures = 0;
    while (!this.#closing.signal.aborted && !connection.isClosed()) {
      const startedAt = Date.now();
      let why: unknown;
      try {
        await stream.ensure(connection);
        const createdAt = await ensureDurable(connection, this.#settings, log);
        why = await this.#pullUntilEnded(connection, createdAt);
      } catch (error) {
        why = error;
      }
      if (this.#closing.signal.aborted || connection.isClosed()) return;
      log.warn({ durable: this.#settings.name, why }, "the durable is looked for again");
      failures = Date.now() - startedAt > steadyAfterMs ? 0 : failures + 1;
      const pauseMs = Math.min(retryPauseMaxMs, retryPauseMs * 2 ** failures);
      await wait(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  async #pullUntilEnded(connection: NatsConnection, createdAt: string): Promise<string> {
    if (this.#closing.signal.aborted) return "closed";
    if (createdAt !== this.#createdAt) this.#buffer = [];
    this.#createdAt = createdAt;
    this.#connection = connection;
    const pulls = ["a", "b"].map(() => this.#createPull(connection));
    this.#pulls = pulls;
    for (const pull of pulls) pull.ask();
    this.#markReady();
    const why = await Promise.race(pulls.map((pull) => pull.ended));
    if (this.#pulls === pulls) this.#pulls = [];
    await Promise.all(pulls.map((pull) => pull.close()));
    return why;
  }

  #createPull(connection: NatsConnection): NatsPull {
    // Two requests at least may be open, also when a batch is one message.
    const capacity = Math.max(2, this.#batchSizeMax);
    return new NatsPull({
      connection,
      inbox: createInbox(this.#consuming.connector.inboxPrefix),
      durable: this.#settings.name,
      room: () => {
        if (this.#closing.signal.aborted) return 0;
        const owed = this.#pulls.reduce((sum, pull) => sum + pull.owed, 0);
        return Math.min(Math.ceil(capacity / 2), capacity - this.#buffer.length - owed);
      },
      onMessage: (message) => this.#hold(message),
    });
  }

  #hold(message: Msg): void {
    const { reply } = message;
    if (reply === undefined) return;
    const headers = readHeaders(message.headers);
    const deliveryCount = readDeliveryCount(reply);
    const incoming = { subject: message.subject, body: message.string(), headers, deliveryCount };
    this.#buffer.push({ reply, message: incoming });
    this.#wake();
  }

  async #handle(): Promise<void> {
    const { onBatch, log } = this.#consuming;
    while (!this.#closing.signal.aborted) {
      const batch = this.#take();
      if (batch.length === 0) {
        await this.#arrival();
        continue;
      }
      const createdAt = this.#createdAt;
      const messages = batch.map((held) => held.message);
      const verdicts = await judgeBatch(messages, onBatch, { durable: this.#settings.name, log });
      if (createdAt === this.#createdAt) this.#send(batch, (index) => verdicts[index]);
    }
  }

  /** What the buffer holds and the handler should see. */
  #take(): readonly Held[] {
    const taken = this.#buffer.splice(0, this.#batchSizeMax);
    for (const pull of this.#pulls) pull.ask();
    const batch: Held[] = [];
    for (const held of taken) {
      if (this.#isWanted(held.message.subject)) batch.push(held);
      else this.#send([held], () => ({ kind: "ack" }));
    }
    return batch;
  }

  #isWanted(subject: string): boolean {
    return this.#settings.subjects.some((pattern) => subjectMatches(pattern, subject));
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#buffer.length > 0 || this.#closing.signal.aborted) resolve();
    });
  }

  /** Without a connection the verdicts are lost, and the messages come again after their ack wait. */
  #send(batch: readonly Held[], verdictOf: (index: number) => Verdict | undefined): void {
    for (const [index, { reply }] of batch.entries()) {
      const verdict = verdictOf(index);
      if (verdict && this.#connection?.isClosed() === false) this.#connection.publish(reply, acknowledgement(verdict));
    }
  }
}

/** NATS acknowledgement protocol; the delay is in nanoseconds. */
const acknowledgement = (verdict: Verdict): string => {
  if (verdict.kind === "ack") return "+ACK";
  if (verdict.kind === "give_up") return "+TERM";
  const delayMs = Math.round(verdict.delayMs);
  return delayMs > 0 ? `-NAK {"delay": ${delayMs * 1_000_000}}` : "-NAK";
};

/** `$JS.ACK.<stream>.<durable>.<delivery count>....`, or with a domain and an account hash before the stream. */
const readDeliveryCount = (reply: string): number => {
  const tokens = reply.split(".");
  return Number(tokens.length === 9 ? tokens[4] : tokens[6]);
};

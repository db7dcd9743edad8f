import { BusUnavailable } from "./bus-unavailable.ts";
import type { OutgoingEvent, StreamPosition } from "./event-bus.ts";
import { InProcessDurable } from "./in-process-durable.ts";
import { defaultRetention, InProcessStream, type Retention } from "./in-process-stream.ts";
import type { OnAnnouncement } from "./shield-listener.ts";
import { subjectMatches } from "./subject.rules.ts";

export interface Listener {
  readonly subject: string;
  /** Of the listeners that share a queue, each message goes to one. */
  readonly queue: string | null;
  readonly onMessage: OnAnnouncement;
}

export interface Responder {
  readonly subject: string;
  readonly onRequest: (body: string) => Promise<string>;
}

/**
 * What several in-process buses have in common, as NATS clients have a server. It can be stopped, started and made to
 * lose everything, so that the in-process driver faces the same outages in the conformance suite as the NATS driver.
 */
export class InProcessBroker {
  readonly #retention: Retention;
  readonly #listeners = new Set<Listener>();
  readonly #responders = new Set<Responder>();
  readonly #onWork = new Set<() => void>();
  readonly #onStop = new Set<() => void>();
  readonly #durables = new Map<string, InProcessDurable>();
  #stream: InProcessStream;
  #createdAtMs = 0;
  #isRunning = true;

  constructor(retention: Partial<Retention> = {}) {
    this.#retention = { ...defaultRetention, ...retention };
    this.#stream = this.#createStream();
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  stop(): void {
    this.#isRunning = false;
    for (const abandon of [...this.#onStop]) abandon();
  }

  start(): void {
    this.#isRunning = true;
    this.wake();
  }

  /** Messages and positions stay; what was delivered and not acknowledged comes again after its ack wait. */
  restart(): void {
    this.stop();
    this.start();
  }

  /** Messages, positions and remembered message ids are gone; the stream is a new one. */
  loseDisk(): void {
    this.stop();
    this.#durables.clear();
    this.#stream = this.#createStream();
    this.start();
  }

  publish(message: OutgoingEvent): void {
    this.assertRunning();
    this.#stream.append({ ...message, headers: { ...message.headers } });
    this.wake();
  }

  position(): StreamPosition {
    this.assertRunning();
    return this.#stream.position;
  }

  /** The durable of that name, made when it is missing: it begins with the oldest message that is kept. */
  durable(name: string): InProcessDurable {
    const existing = this.#durables.get(name);
    if (existing) return existing;
    const created = new InProcessDurable(this.#stream);
    this.#durables.set(name, created);
    return created;
  }

  announce(subject: string, body: string): void {
    if (!this.#isRunning) return;
    const queues = new Map<string, Listener[]>();
    for (const listener of this.#listeners) {
      if (!subjectMatches(listener.subject, subject)) continue;
      // Not in the caller's stack: a broker would not run a listener before `announce` returns either.
      if (listener.queue === null) setImmediate(listener.onMessage, body);
      else queues.set(listener.queue, [...(queues.get(listener.queue) ?? []), listener]);
    }
    for (const members of queues.values()) {
      const chosen = chooseOne(members);
      if (chosen) setImmediate(chosen.onMessage, body);
    }
  }

  request(subject: string, body: string, timeoutMs: number): Promise<string> {
    this.assertRunning();
    const responder = chooseOne([...this.#responders].filter((each) => subjectMatches(each.subject, subject)));
    if (!responder) return Promise.reject(new BusUnavailable({ cause: new Error(`nobody answers ${subject}`) }));
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.#onStop.delete(onStop);
        finish();
      };
      const refuse = (cause: unknown) => settle(() => reject(new BusUnavailable({ cause })));
      const onStop = () => refuse(new Error("the broker stopped"));
      const timer = setTimeout(() => refuse(new Error(`no answer from ${subject} within ${timeoutMs} ms`)), timeoutMs);
      this.#onStop.add(onStop);
      responder.onRequest(body).then((answer) => settle(() => resolve(answer)), refuse);
    });
  }

  /** @returns what takes it back. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns what takes it back. */
  respond(responder: Responder): () => void {
    this.#responders.add(responder);
    return () => this.#responders.delete(responder);
  }

  /** Calls back when there may be something to take. @returns what takes it back. */
  onWork(callback: () => void): () => void {
    this.#onWork.add(callback);
    return () => this.#onWork.delete(callback);
  }

  wake(): void {
    for (const callback of [...this.#onWork]) callback();
  }

  assertRunning(): void {
    if (!this.#isRunning) throw new BusUnavailable({ cause: new Error("the in-process broker is stopped") });
  }

  #createStream(): InProcessStream {
    // Two streams of one process never share an instant, however quickly they follow each other.
    this.#createdAtMs = Math.max(Date.now(), this.#createdAtMs + 1);
    return new InProcessStream(new Date(this.#createdAtMs).toISOString(), this.#retention);
  }
}

const chooseOne = <T>(members: readonly T[]): T | undefined => members[Math.floor(Math.random() * members.length)];

import type { IncomingEvent, Verdict } from "./event-bus.ts";
import type { InProcessStream } from "./in-process-stream.ts";
import { subjectMatches } from "./subject.rules.ts";

export interface Delivery {
  readonly sequence: number;
  readonly message: IncomingEvent;
}

interface Unacknowledged {
  deliveryCount: number;
  /** When it may be delivered again: the end of its ack wait, or of the delay that a retry asked for. */
  dueAt: number;
}

/** One durable's place in the stream, and what it was given and has not acknowledged. */
export class InProcessDurable {
  readonly #stream: InProcessStream;
  readonly #unacknowledged = new Map<number, Unacknowledged>();
  #nextSequence = 1;

  constructor(stream: InProcessStream) {
    this.#stream = stream;
  }

  /** Up to `batchSizeMax` messages: first what is due again, then what is new. They are the caller's for `ackWaitMs`. */
  take(options: {
    readonly subjects: readonly string[];
    readonly batchSizeMax: number;
    readonly ackWaitMs: number;
  }): readonly Delivery[] {
    const now = Date.now();
    const deliveries: Delivery[] = [];
    for (const sequence of this.#candidates(now)) {
      if (deliveries.length === options.batchSizeMax) break;
      this.#nextSequence = Math.max(this.#nextSequence, sequence + 1);
      const stored = this.#stream.find(sequence);
      const isWanted = stored && options.subjects.some((subject) => subjectMatches(subject, stored.subject));
      if (!isWanted) {
        this.#unacknowledged.delete(sequence);
        continue;
      }
      const deliveryCount = (this.#unacknowledged.get(sequence)?.deliveryCount ?? 0) + 1;
      this.#unacknowledged.set(sequence, { deliveryCount, dueAt: now + options.ackWaitMs });
      const { subject, body, headers = {} } = stored;
      deliveries.push({ sequence, message: { subject, body, headers, deliveryCount } });
    }
    return deliveries;
  }

  settle(sequence: number, verdict: Verdict): void {
    const pending = this.#unacknowledged.get(sequence);
    if (pending === undefined) return;
    if (verdict.kind === "retry") pending.dueAt = Date.now() + verdict.delayMs;
    else this.#unacknowledged.delete(sequence);
  }

  /** When the next unacknowledged message is due, or null. */
  get nextDueAt(): number | null {
    if (this.#unacknowledged.size === 0) return null;
    let earliest = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#unacknowledged.values()) earliest = Math.min(earliest, dueAt);
    return earliest;
  }

  *#candidates(now: number): Generator<number> {
    // A copy: what is taken moves its own entry while this is being read.
    const due = [...this.#unacknowledged].filter(([, { dueAt }]) => dueAt <= now);
    for (const [sequence] of due) yield sequence;
    const { lastSequence } = this.#stream.position;
    for (let next = Math.max(this.#nextSequence, this.#stream.firstSequence); next <= lastSequence; next += 1)
      yield next;
  }
}

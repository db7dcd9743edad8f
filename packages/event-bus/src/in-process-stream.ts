import type { OutgoingEvent, StreamPosition } from "./event-bus.ts";

export interface Retention {
  /** Default 10,000. */
  readonly messagesMax: number;
  /** Of all bodies together, in UTF-16 units. Default 64 Mi. */
  readonly bodyCharactersMax: number;
}

export const defaultRetention: Retention = { messagesMax: 10_000, bodyCharactersMax: 64 * 1024 * 1024 };

const duplicateWindowMs = 120_000;
/** At this many remembered message ids the oldest are forgotten before their two minutes are over. */
const rememberedIdsMax = 100_000;

/**
 * The in-process counterpart of a JetStream stream: numbered messages, the oldest of which go when there are too many,
 * and a memory of recent message ids.
 */
export class InProcessStream {
  readonly #createdAt: string;
  readonly #retention: Retention;
  readonly #messages = new Map<number, OutgoingEvent>();
  readonly #seenAt = new Map<string, number>();
  #firstSequence = 1;
  #lastSequence = 0;
  #bodyCharacters = 0;

  constructor(createdAt: string, retention: Retention) {
    this.#createdAt = createdAt;
    this.#retention = retention;
  }

  get position(): StreamPosition {
    return { createdAt: this.#createdAt, lastSequence: this.#lastSequence };
  }

  get firstSequence(): number {
    return this.#firstSequence;
  }

  find(sequence: number): OutgoingEvent | undefined {
    return this.#messages.get(sequence);
  }

  /** Drops the message when its id was seen within the last two minutes, and does not count that as seen again. */
  append(message: OutgoingEvent): void {
    const now = Date.now();
    this.#forgetIds(now);
    if (this.#seenAt.has(message.messageId)) return;
    this.#seenAt.set(message.messageId, now);
    this.#lastSequence += 1;
    this.#messages.set(this.#lastSequence, message);
    this.#bodyCharacters += message.body.length;
    this.#forgetMessages();
  }

  #forgetIds(now: number): void {
    for (const [id, seenAt] of this.#seenAt) {
      if (now - seenAt < duplicateWindowMs && this.#seenAt.size < rememberedIdsMax) return;
      this.#seenAt.delete(id);
    }
  }

  #forgetMessages(): void {
    const { messagesMax, bodyCharactersMax } = this.#retention;
    // The newest message stays however long it is.
    while (
      this.#firstSequence < this.#lastSequence &&
      (this.#messages.size > messagesMax || this.#bodyCharacters > bodyCharactersMax)
    ) {
      this.#bodyCharacters -= this.#messages.get(this.#firstSequence)?.body.length ?? 0;
      this.#messages.delete(this.#firstSequence);
      this.#firstSequence += 1;
    }
  }
}

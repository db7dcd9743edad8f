import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { EngineLog } from "./engine-log.ts";

export interface RecorderOptions<R> {
  /** Answers the ids that counted. */
  readonly write: (results: readonly R[]) => Promise<ReadonlySet<string>>;
  /** Called once per result, when its fate is known. `false`: somebody else had moved the delivery on. */
  readonly onRecorded: (result: R, counted: boolean) => void;
  readonly log: EngineLog;
}

const batchSizeMax = 200;
const flushMs = 3;
const writesMax = 2;
const waitMsMax = 2_000;

/**
 * Writes results in batches: at most 200, or what has come together in 3 ms, two batches at a time. A database that is
 * away only makes them wait; the statement is fenced, so writing it twice changes nothing.
 */
export class ResultRecorder<R extends { readonly id: string }> {
  readonly #options: RecorderOptions<R>;
  readonly #waiting: R[] = [];
  readonly #writing = new Set<Promise<void>>();
  #inBatches = 0;
  #isStopped = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RecorderOptions<R>) {
    this.#options = options;
  }

  /** Results that are not in the database yet. */
  get unrecorded(): number {
    return this.#waiting.length + this.#inBatches;
  }

  add(result: R): void {
    this.#waiting.push(result);
    if (this.#waiting.length >= batchSizeMax) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), flushMs);
  }

  /** Resolves when everything is recorded, or when the signal aborts; nothing is written after that. */
  async drain(signal: AbortSignal): Promise<void> {
    while (this.unrecorded > 0 && !signal.aborted) {
      this.#flush();
      await Promise.race([...this.#writing, aborted(signal)]);
    }
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await Promise.allSettled(this.#writing);
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    while (!this.#isStopped && this.#waiting.length > 0 && this.#writing.size < writesMax) {
      const batch = this.#waiting.splice(0, batchSizeMax);
      this.#inBatches += batch.length;
      const writing = this.#writeUntilTaken(batch).finally(() => {
        this.#inBatches -= batch.length;
        this.#writing.delete(writing);
        this.#flush();
      });
      this.#writing.add(writing);
    }
  }

  async #writeUntilTaken(batch: readonly R[]): Promise<void> {
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, waitMsMax)) {
      try {
        const counted = await this.#options.write(batch);
        for (const result of batch) this.#options.onRecorded(result, counted.has(result.id));
        return;
      } catch (error) {
        if (!(error instanceof DependencyUnavailable)) return this.#writeApart(batch, error);
        this.#options.log.warn({ err: error, results: batch.length }, "results wait for the database");
        if (this.#isStopped) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  /** One result that the database refuses must not take the others with it, nor be sent again because of it. */
  async #writeApart(batch: readonly R[], error: unknown): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only) {
      this.#options.log.error(
        { err: error, deliveryRow: only.id },
        "a result cannot be recorded; its delivery is left alone",
      );
      return;
    }
    for (const result of batch) await this.#writeUntilTaken([result]);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

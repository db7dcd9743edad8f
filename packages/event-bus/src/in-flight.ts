/** Counts work under way, so that a close can wait for it. */
export class InFlight {
  readonly #works = new Set<Promise<unknown>>();

  async run<T>(work: () => Promise<T>): Promise<T> {
    const promise = work();
    this.#works.add(promise);
    try {
      return await promise;
    } finally {
      this.#works.delete(promise);
    }
  }

  /** Resolves when nothing is under way, whether it went well or not. */
  async settled(): Promise<void> {
    while (this.#works.size > 0) await Promise.allSettled(this.#works);
  }
}

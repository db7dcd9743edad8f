/**
 * The deliveries that the engine has in memory, from the moment it learns of them until their result is recorded. What is
 * held is not loaded a second time. A load may have read a row just before its result was recorded: what was released
 * while a load was under way counts as held until no load is.
 */
export class HeldDeliveries {
  readonly #held = new Set<string>();
  readonly #releasedDuringLoad = new Set<string>();
  #loads = 0;

  get size(): number {
    return this.#held.size;
  }

  /** False when it is known already. */
  add(id: string): boolean {
    if (this.#held.has(id) || this.#releasedDuringLoad.has(id)) return false;
    this.#held.add(id);
    return true;
  }

  release(id: string): void {
    if (this.#held.delete(id) && this.#loads > 0) this.#releasedDuringLoad.add(id);
  }

  async whileLoading<T>(load: () => Promise<T>): Promise<T> {
    this.#loads += 1;
    try {
      return await load();
    } finally {
      this.#loads -= 1;
      if (this.#loads === 0) this.#releasedDuringLoad.clear();
    }
  }
}

/** A binary heap of things by the instant they are due. A thing may be in it more than once; its owner ignores early calls. */
export class DueTimes<T> {
  readonly #entries: { readonly atMs: number; readonly thing: T }[] = [];

  get nextAtMs(): number | null {
    return this.#entries[0]?.atMs ?? null;
  }

  get size(): number {
    return this.#entries.length;
  }

  push(atMs: number, thing: T): void {
    const entries = this.#entries;
    entries.push({ atMs, thing });
    let child = entries.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfEarlier(child, parent)) break;
      child = parent;
    }
  }

  /** Removes and answers everything that is due, earliest first. */
  takeDue(nowMs: number): readonly T[] {
    const due: T[] = [];
    while ((this.nextAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      const first = this.#removeFirst();
      if (first !== undefined) due.push(first);
    }
    return due;
  }

  #removeFirst(): T | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined) return undefined;
    if (entries.length > 0) {
      entries[0] = last;
      this.#sinkFirst();
    }
    return first.thing;
  }

  #sinkFirst(): void {
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const right = left + 1;
      const earlier = this.#at(right) < this.#at(left) ? right : left;
      if (!this.#swapIfEarlier(earlier, parent)) return;
      parent = earlier;
    }
  }

  #at(index: number): number {
    return this.#entries[index]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  #swapIfEarlier(child: number, parent: number): boolean {
    const below = this.#entries[child];
    const above = this.#entries[parent];
    if (!below || !above || below.atMs >= above.atMs) return false;
    this.#entries[child] = above;
    this.#entries[parent] = below;
    return true;
  }
}

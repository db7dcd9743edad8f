export interface CachedValue<T> {
  get(): Promise<T>;
}

export interface CachedValueOptions<T> {
  readonly freshMs: number;
  readonly load: () => Promise<T>;
}

/**
 * A value that is loaded when it is first asked for, and once for all who ask at the same time. A failure is not kept: the
 * next one to ask tries again. A value that is no longer fresh is still given when it cannot be loaded anew.
 */
export const createCachedValue = <T>({ freshMs, load }: CachedValueOptions<T>): CachedValue<T> => {
  let known: { readonly value: T; readonly at: number } | null = null;
  let loading: Promise<T> | null = null;
  const reload = async (): Promise<T> => {
    try {
      const value = await load();
      known = { value, at: performance.now() };
      return value;
    } catch (error) {
      if (known) return known.value;
      throw error;
    } finally {
      loading = null;
    }
  };
  return {
    get: () => {
      if (known && performance.now() - known.at < freshMs) return Promise.resolve(known.value);
      loading ??= reload();
      return loading;
    },
  };
};

/** Runs work for a key once at a time; whoever comes while it runs gets its outcome, good or bad. */
export type SingleFlight<T> = (key: string, work: () => Promise<T>) => Promise<T>;

export const createSingleFlight = <T>(): SingleFlight<T> => {
  const flying = new Map<string, Promise<T>>();
  return (key, work) => {
    const known = flying.get(key);
    if (known) return known;
    const started = work().finally(() => flying.delete(key));
    flying.set(key, started);
    return started;
  };
};

import type { LimitPolicy } from "./limit.rules.ts";

/** GCRA in this process's memory: the first layer, which costs a look into a map and no I/O. */
export interface LocalLimits {
  /** One use, unless it is one too many. `arrivalAt` is when the bucket is whole again. */
  use(policy: LimitPolicy, key: string, now: Date): { readonly used: boolean; readonly arrivalAt: Date };
}

/** Whoever comes with more keys than this pushes the oldest out, which gives those a fresh start and us a bound. */
const keysMax = 20_000;

export const createLocalLimits = (): LocalLimits => {
  const arrivals = new Map<string, number>();
  return {
    use: (policy, key, now) => {
      const id = `${policy.name}:${key}`;
      const windowMs = policy.windowSeconds * 1_000;
      const known = arrivals.get(id) ?? 0;
      // No bucket is more than a window away from whole: this time was noted before the clock was set back.
      const stored = known > now.getTime() + windowMs ? 0 : known;
      const arrival = Math.max(stored, now.getTime()) + windowMs / policy.limit;
      if (arrival > now.getTime() + windowMs) return { used: false, arrivalAt: new Date(stored) };
      arrivals.delete(id);
      arrivals.set(id, arrival);
      const [oldest] = arrivals.keys();
      if (arrivals.size > keysMax && oldest !== undefined) arrivals.delete(oldest);
      return { used: true, arrivalAt: new Date(arrival) };
    },
  };
};

import { Problem } from "@roundtrip/http-problem/problem";

/** Lets a few pieces of work with the same key run at the same time in this process; the others wait in line. */
export type KeyedTurns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

export interface TurnOptions {
  readonly widthMax: number;
  readonly queueMax: number;
}

/**
 * What fails in parallel is noticed only when it is over, so parallel guesses at one secret are held to `widthMax`: those
 * that wait find the throttle closed by the ones before them. Throws `busy` when `queueMax` wait already.
 */
export const createKeyedTurns = ({ widthMax, queueMax }: TurnOptions): KeyedTurns => {
  const lines = new Map<string, Line>();
  return async (key, work) => {
    const line = lines.get(key) ?? { running: 0, waiting: [] };
    lines.set(key, line);
    if (line.running >= widthMax) {
      if (line.waiting.length >= queueMax) throw new Problem("busy", { retryAfterSeconds: 2 });
      // Whoever leaves hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => line.waiting.push(resolve));
    } else {
      line.running += 1;
    }
    try {
      return await work();
    } finally {
      const next = line.waiting.shift();
      if (next) next();
      else {
        line.running -= 1;
        if (line.running === 0) lines.delete(key);
      }
    }
  };
};

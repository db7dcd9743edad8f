import { setMaxListeners } from "node:events";
import type { FastifyBaseLogger } from "fastify";
import type { Worker } from "./service.ts";

export interface SupervisedWorkers {
  /** Names of workers that have failed within the last minute. */
  failing(): readonly string[];
  /** Aborts every loop and waits for all of them. */
  stop(): Promise<void>;
}

const restartWaitMsMax = 10_000;

/** Runs every worker; one that throws is logged and started again after 100 ms, doubling up to 10 s. */
export const superviseWorkers = (workers: readonly Worker[], log: FastifyBaseLogger): SupervisedWorkers => {
  const stopped = new AbortController();
  // Every loop waits on this one signal, several times over; Node's warning at ten listeners is about leaks.
  setMaxListeners(0, stopped.signal);
  const failedAt = new Map<string, number>();
  const loops = workers.map((worker) => keepRunning(worker, { log, signal: stopped.signal, failedAt }));
  return {
    failing: () => [...failedAt].filter(([, at]) => Date.now() - at < 60_000).map(([name]) => name),
    stop: async () => {
      stopped.abort();
      await Promise.all(loops);
    },
  };
};

interface Watch {
  readonly log: FastifyBaseLogger;
  readonly signal: AbortSignal;
  readonly failedAt: Map<string, number>;
}

const keepRunning = async (worker: Worker, watch: Watch): Promise<void> => {
  let waitMs = 100;
  while (!watch.signal.aborted) {
    const startedAt = Date.now();
    try {
      await worker.run(watch.signal);
      if (watch.signal.aborted) return;
      throw new Error("the loop returned although nobody stopped it");
    } catch (error) {
      if (watch.signal.aborted) return;
      watch.failedAt.set(worker.name, Date.now());
      watch.log.error({ err: error, worker: worker.name }, "worker failed, starting it again");
      if (Date.now() - startedAt > restartWaitMsMax) waitMs = 100;
      await pause(waitMs, watch.signal);
      waitMs = Math.min(waitMs * 2, restartWaitMsMax);
    }
  }
};

/** Waits, or returns early when the signal aborts. Never throws. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish, { once: true });
  });

/** For loops that have nothing to do but answer: resolves when the signal aborts. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

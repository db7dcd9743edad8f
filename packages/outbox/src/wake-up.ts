export interface WakeUp {
  /** Ends the current wait, or the next one when nobody waits now. */
  wake(): void;
  /** Resolves on `wake`, after `ms`, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export const createWakeUp = (): WakeUp => {
  let pending = false;
  let finish: (() => void) | null = null;
  return {
    wake: () => {
      if (finish) finish();
      else pending = true;
    },
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (pending || signal.aborted) {
          pending = false;
          resolve();
          return;
        }
        const end = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", end);
          finish = null;
          resolve();
        };
        const timer = setTimeout(end, ms);
        signal.addEventListener("abort", end, { once: true });
        finish = end;
      }),
  };
};

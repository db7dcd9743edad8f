import { type Failure, failureOf, isTransient } from "../api/failure.ts";
import type { Answers } from "../api/survey-shapes.ts";

export type SaveStatus =
  /** Nothing has changed since the page was opened. */
  | { readonly kind: "untouched" }
  | { readonly kind: "saved" }
  /** Changed, not sent yet. */
  | { readonly kind: "pending" }
  | { readonly kind: "saving" }
  /** The last try failed; another follows by itself unless `final`. */
  | { readonly kind: "failed"; readonly failure: Failure; readonly final: boolean };

export interface AutosaveDeps {
  /** `leaving`: the page is going away, the request has to outlive it. */
  readonly save: (data: Answers, options: { leaving: boolean; signal: AbortSignal }) => Promise<unknown>;
  readonly report: (status: SaveStatus) => void;
}

export interface Autosave {
  readonly change: (data: Answers) => void;
  /** Sends what is unsaved at once. */
  readonly flush: (options: { leaving: boolean }) => void;
  /** Takes back what is on the way and sends nothing until `release`: the answers are being handed in. */
  readonly hold: () => void;
  readonly release: () => void;
}

/** Quiet time after a change before it is sent, and the most that a steady typist can put it off. */
const debounceMs = 2_000;
const postponeMaxMs = 15_000;
/** Waits after failed tries: 2 s, 5 s, 15 s, then every 30 s. */
const retryMs = [2_000, 5_000, 15_000, 30_000] as const;

/**
 * Saves the latest answers, one request at a time, so that an older state can never overwrite a newer one:
 * clean -> (change) pending -> (2 s of quiet, at most 15 s) saving -> clean, or failed -> (a wait) saving.
 */
export const createAutosave = ({ save, report }: AutosaveDeps): Autosave => {
  let unsaved: Answers | null = null;
  let dirtySince: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inFlight: AbortController | null = null;
  let failures = 0;
  let held = false;

  const schedule = (waitMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => send(false), waitMs);
  };

  const settle = (data: Answers, failure: Failure | null): void => {
    if (failure === null) {
      failures = 0;
      if (unsaved === data) {
        unsaved = null;
        dirtySince = null;
      }
      report(unsaved === null ? { kind: "saved" } : { kind: "pending" });
      if (unsaved !== null) schedule(debounceMs);
      return;
    }
    const final = !isTransient(failure);
    report({ kind: "failed", failure, final });
    if (!final) schedule(retryMs[Math.min(failures, retryMs.length - 1)] ?? debounceMs);
    failures += 1;
  };

  const send = (leaving: boolean): void => {
    clearTimeout(timer);
    if (unsaved === null || held) return;
    // A newer state replaces one that is still on the way; while the page stays, it waits for its turn instead.
    if (inFlight !== null && !leaving) return;
    inFlight?.abort();
    const data = unsaved;
    const abort = new AbortController();
    report({ kind: "saving" });
    inFlight = abort;
    void save(data, { leaving, signal: abort.signal })
      .then(
        () => null,
        (error: unknown) => failureOf(error),
      )
      .then((failure) => {
        if (inFlight !== abort) return;
        inFlight = null;
        settle(data, failure);
      });
  };

  return {
    change: (data) => {
      unsaved = data;
      dirtySince ??= Date.now();
      if (inFlight !== null || held) return;
      report({ kind: "pending" });
      schedule(Math.min(debounceMs, Math.max(0, dirtySince + postponeMaxMs - Date.now())));
    },
    flush: ({ leaving }) => send(leaving),
    hold: () => {
      held = true;
      clearTimeout(timer);
      inFlight?.abort();
      inFlight = null;
    },
    release: () => {
      held = false;
      if (unsaved !== null) schedule(debounceMs);
    },
  };
};

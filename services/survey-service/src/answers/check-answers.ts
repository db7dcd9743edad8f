import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Problem } from "@roundtrip/http-problem/problem";
import { Piscina } from "piscina";
import type { TaskProgress, ThreadTask } from "./answers-thread.ts";
import type { AnswersTask, EvaluatedAnswers } from "./evaluate-answers.ts";

export type CheckedAnswers =
  | EvaluatedAnswers
  /** More than a second of a thread's time, or more memory than a thread has. */
  | { readonly kind: "too_complex" }
  /** The definition makes the survey's own logic throw. */
  | { readonly kind: "unusable"; readonly cause: unknown };

export interface AnswerChecker {
  /** Throws `busy` when too many wait, or when this one has waited for too long. */
  check(task: AnswersTask): Promise<CheckedAnswers>;
  close(): Promise<void>;
}

export interface AnswerCheckerOptions {
  /** Default 2, or 1 on a single core. */
  readonly threads?: number;
  /** Default 12,000. */
  readonly waitMsMax?: number;
}

const waitMsMaxDefault = 12_000;
/** A thread's first task for a definition builds its model, on code that is not warm yet. */
const prepareMsMax = 5_000;
const checkMsMax = 1_000;
/** While the machine gives the process less than it asks for, a check may take longer, up to this. */
const starvedCheckMsMax = 5_000;
const waitingMax = 500;
const heapMbMax = 256;

/**
 * Answers are checked in threads, because a definition may hold a pattern that takes minutes on the wrong text: such a
 * thread is ended after a second of work, and another one takes its place, while the event loop and the other threads go
 * on. A thread costs some 60 MB, so none is there before the first answers come.
 */
export const createAnswerChecker = (options: AnswerCheckerOptions = {}): AnswerChecker => {
  const progress: Progress = new Map();
  let threads: Threads | undefined;
  let lastTaskId = 0;
  return {
    check: async (task) => {
      if (progress.size >= waitingMax) throw new Problem("busy");
      threads ??= openThreads(options.threads ?? Math.min(2, availableParallelism()), progress);
      lastTaskId += 1;
      const watch = watchTask(options.waitMsMax ?? waitMsMaxDefault);
      return runTask({ threads, progress, watch }, { ...task, taskId: lastTaskId });
    },
    close: async () => threads?.destroy(),
  };
};

type Threads = Piscina<ThreadTask, EvaluatedAnswers>;
type OnProgress = (phase: TaskProgress["phase"]) => void;
/** What to do when a task's thread says how far it is. */
type Progress = Map<number, OnProgress>;

const openThreads = (count: number, progress: Progress): Threads => {
  const source = import.meta.url.endsWith(".ts");
  const threads: Threads = new Piscina<ThreadTask, EvaluatedAnswers>({
    filename: fileURLToPath(new URL(`./answers-thread.${source ? "ts" : "js"}`, import.meta.url)),
    name: "evaluateAnswers",
    // Equal, because only below the minimum a thread that was ended is replaced while others wait for one.
    minThreads: count,
    maxThreads: count,
    resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
    execArgv: source ? ["--import", createRequire(import.meta.url).resolve("tsx"), "--conditions=source"] : [],
  });
  threads.on("message", (message: unknown) => {
    if (isProgress(message)) progress.get(message.taskId)?.(message.phase);
  });
  // A thread that dies rejects its task; the event besides would end the process if nobody took it.
  threads.on("error", () => undefined);
  return threads;
};

interface Run {
  readonly threads: Threads;
  readonly progress: Progress;
  readonly watch: Watch;
}

const runTask = async ({ threads, progress, watch }: Run, task: ThreadTask): Promise<CheckedAnswers> => {
  progress.set(task.taskId, watch.onProgress);
  try {
    return await threads.run(task, { signal: watch.signal });
  } catch (error) {
    if (!watch.signal.aborted) return explainFailure(error);
    if (watch.isStarted()) return { kind: "too_complex" };
    throw new Problem("busy", { cause: error });
  } finally {
    watch.stop();
    progress.delete(task.taskId);
  }
};

interface Watch {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
  isStarted(): boolean;
  stop(): void;
}

/** Aborts a task that waits, prepares or checks for too long. */
const watchTask = (waitMsMax: number): Watch => {
  const late = new AbortController();
  let timer = setTimeout(() => late.abort(), waitMsMax);
  let started = false;
  const endAfter = (ms: number, decide: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(decide, ms);
  };
  const endCheck = (since: CheckStart) => {
    const isOver = workedMs(since) >= checkMsMax || Date.now() - since.at >= starvedCheckMsMax;
    if (isOver) late.abort();
    else endAfter(checkMsMax / 4, () => endCheck(since));
  };
  return {
    signal: late.signal,
    isStarted: () => started,
    stop: () => clearTimeout(timer),
    onProgress: (phase) => {
      started = true;
      if (phase === "preparing") return endAfter(prepareMsMax, () => late.abort());
      const since = { at: Date.now(), cpu: process.cpuUsage() };
      return endAfter(checkMsMax, () => endCheck(since));
    },
  };
};

interface CheckStart {
  readonly at: number;
  readonly cpu: NodeJS.CpuUsage;
}

/** What all threads of this process have been given together: a machine that is busy with others must not cost answers. */
const workedMs = (since: CheckStart): number => {
  const { user, system } = process.cpuUsage(since.cpu);
  return (user + system) / 1_000;
};

const isProgress = (message: unknown): message is TaskProgress =>
  typeof message === "object" && message !== null && "taskId" in message && "phase" in message;

const explainFailure = (error: unknown): CheckedAnswers =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? { kind: "too_complex" }
    : { kind: "unusable", cause: error };

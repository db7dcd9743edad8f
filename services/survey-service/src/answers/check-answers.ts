import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Problem } from "@roundtrip/http-problem/problem";
import { Piscina } from "piscina";
import type { TaskStarted, ThreadTask } from "./answers-thread.ts";
import type { AnswersTask, EvaluatedAnswers } from "./evaluate-answers.ts";

export type CheckedAnswers =
  | EvaluatedAnswers
  /** More than a second of a thread's time, or more memory than a thread has. */
  | { readonly kind: "too_complex" }
  /** The definition makes the survey's own logic throw. */
  | { readonly kind: "unusable"; readonly cause: unknown };

export interface AnswerChecker {
  /** Throws `busy` when too many wait, or one has waited for too long. */
  check(task: AnswersTask): Promise<CheckedAnswers>;
  close(): Promise<void>;
}

export interface AnswerCheckerOptions {
  readonly threads?: number;
}

const checkMsMax = 1_000;
const waitMsMax = 8_000;
const waitingMax = 500;
const heapMbMax = 256;

/**
 * Answers are checked in threads, because a definition may hold a pattern that takes minutes on the wrong text: such a
 * thread is ended after a second of work and another one takes its place, while the event loop and the other threads go
 * on. A thread costs some 60 MB, so none is there before the first answers come.
 */
export const createAnswerChecker = (options: AnswerCheckerOptions = {}): AnswerChecker => {
  const waiting: Waiting = new Map();
  let threads: Threads | undefined;
  let lastTaskId = 0;
  return {
    check: async (task) => {
      if (waiting.size >= waitingMax) throw new Problem("busy");
      threads ??= openThreads(options.threads ?? Math.min(2, availableParallelism()), waiting);
      lastTaskId += 1;
      return runTask(threads, waiting, { ...task, taskId: lastTaskId });
    },
    close: async () => threads?.destroy(),
  };
};

type Threads = Piscina<ThreadTask, EvaluatedAnswers>;
/** What to do when a task leaves the queue. */
type Waiting = Map<number, () => void>;

const openThreads = (count: number, waiting: Waiting): Threads => {
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
    if (isStarted(message)) waiting.get(message.startedTaskId)?.();
  });
  // A thread that dies rejects its task; the event besides would end the process if nobody took it.
  threads.on("error", () => undefined);
  return threads;
};

const runTask = async (threads: Threads, waiting: Waiting, task: ThreadTask): Promise<CheckedAnswers> => {
  const stop = new AbortController();
  const state = { started: false, timer: setTimeout(() => stop.abort(), waitMsMax) };
  waiting.set(task.taskId, () => {
    waiting.delete(task.taskId);
    clearTimeout(state.timer);
    state.started = true;
    state.timer = setTimeout(() => stop.abort(), checkMsMax);
  });
  try {
    return await threads.run(task, { signal: stop.signal });
  } catch (error) {
    if (!stop.signal.aborted) return explainFailure(error);
    if (state.started) return { kind: "too_complex" };
    throw new Problem("busy", { cause: error });
  } finally {
    clearTimeout(state.timer);
    waiting.delete(task.taskId);
  }
};

const isStarted = (message: unknown): message is TaskStarted =>
  typeof message === "object" && message !== null && "startedTaskId" in message;

const explainFailure = (error: unknown): CheckedAnswers =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? { kind: "too_complex" }
    : { kind: "unusable", cause: error };

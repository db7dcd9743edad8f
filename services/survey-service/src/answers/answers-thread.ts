import { parentPort } from "node:worker_threads";
import { type AnswersTask, createEvaluator, type EvaluatedAnswers } from "./evaluate-answers.ts";

/** The thread's entry. A definition must not make this server call anybody (`choicesByUrl` would). */
Reflect.deleteProperty(globalThis, "fetch");

export interface ThreadTask extends AnswersTask {
  readonly taskId: number;
}

/** Sent when a task leaves the queue: from here on its time runs. */
export interface TaskStarted {
  readonly startedTaskId: number;
}

const evaluate = createEvaluator();

export const evaluateAnswers = ({ taskId, ...task }: ThreadTask): EvaluatedAnswers => {
  parentPort?.postMessage({ startedTaskId: taskId } satisfies TaskStarted);
  return evaluate(task);
};

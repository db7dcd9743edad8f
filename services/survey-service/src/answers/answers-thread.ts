import { parentPort } from "node:worker_threads";
import { type AnswersTask, createEvaluator, type EvaluatedAnswers } from "./evaluate-answers.ts";

/** The thread's entry. A definition must not make this server call anybody (`choicesByUrl` would). */
Reflect.deleteProperty(globalThis, "fetch");

export interface ThreadTask extends AnswersTask {
  readonly taskId: number;
}

/** Sent when a task leaves the queue, and again when the survey's model stands: from here on the answers' time runs. */
export interface TaskProgress {
  readonly taskId: number;
  readonly phase: "preparing" | "checking";
}

const evaluate = createEvaluator();

/**
 * What the pool calls, by its name.
 *
 * @public
 */
export const evaluateAnswers = ({ taskId, ...task }: ThreadTask): EvaluatedAnswers => {
  const report = (phase: TaskProgress["phase"]) => parentPort?.postMessage({ taskId, phase } satisfies TaskProgress);
  report("preparing");
  return evaluate(task, () => report("checking"));
};

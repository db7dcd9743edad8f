import { type Question, QuestionSelectBase, SurveyModel } from "survey-core";
import { type AnswerShape, checkShape, type Fault } from "./answer-shape.rules.ts";
import { deriveAnswerShape } from "./derive-answer-shape.ts";
import { fixedAnswersOf } from "./fixed-answers.ts";

type Data = Readonly<Record<string, unknown>>;

export interface AnswersTask {
  /** Names the definition for ever: a published version never changes. */
  readonly definitionKey: string;
  readonly definition: Data;
  readonly data: Data;
}

export type EvaluatedAnswers =
  | { readonly kind: "valid"; readonly data: Data; readonly scores: Data }
  | { readonly kind: "invalid"; readonly faults: readonly Fault[] };

/** `onReady` is called when the model stands and the answers' turn comes. */
export type Evaluate = (task: AnswersTask, onReady?: () => void) => EvaluatedAnswers;

interface ReadySurvey {
  readonly model: SurveyModel;
  readonly shape: AnswerShape;
  readonly fixed: ReadonlyMap<string, unknown>;
}

const surveysMax = 32;

/**
 * Runs in a thread of its own, see `check-answers.ts`. Shapes first, in microseconds; then the survey's own logic with the
 * model that the browser has: what is visible, what is required, what the validators say, what is computed.
 *
 * What the survey hides is treated as its author set it (`clearInvisibleValues`, by default on completion): values of
 * hidden questions are left out, as the renderer leaves them out. To refuse them would leave a respondent with an error
 * at a question that nobody shows. Nothing that was not given is ever added, except what the survey computes, and what
 * its author has fixed (`fixed-answers.ts`).
 *
 * A model is kept for each definition, because building it costs four times what a check costs. Setting `data` replaces all
 * values; a test compares kept models with fresh ones, so that nothing of one respondent can turn up with the next.
 */
export const createEvaluator = (): Evaluate => {
  const ready = new Map<string, ReadySurvey>();
  return (task, onReady = () => undefined) => {
    const survey = ready.get(task.definitionKey) ?? prepareSurvey(task.definition);
    // The newest use moves to the end; the oldest one leaves.
    ready.delete(task.definitionKey);
    ready.set(task.definitionKey, survey);
    const [oldest] = ready.keys();
    if (ready.size > surveysMax && oldest !== undefined) {
      ready.get(oldest)?.model.dispose();
      ready.delete(oldest);
    }
    onReady();
    try {
      return evaluate(survey, task.data);
    } catch (error) {
      ready.delete(task.definitionKey);
      throw error;
    }
  };
};

const prepareSurvey = (definition: Data): ReadySurvey => {
  const model = new SurveyModel(definition);
  return { model, shape: deriveAnswerShape(model), fixed: fixedAnswersOf(model) };
};

const evaluate = ({ model, shape, fixed }: ReadySurvey, sent: Data): EvaluatedAnswers => {
  const given = Object.fromEntries(Object.entries(sent).filter(([key]) => !fixed.has(key)));
  const misshapen = checkShape(shape, given);
  if (misshapen.length > 0) return { kind: "invalid", faults: misshapen };
  const answers = Object.fromEntries(
    Object.entries(given).filter(([key, value]) => value !== null && !shape.computed.has(key)),
  );
  const defaults = [...fixed].filter(([, value]) => value !== undefined);
  model.data = structuredClone({ ...answers, ...Object.fromEntries(defaults) });
  const questions = model.getAllQuestions();
  const hidden = questions.flatMap((question) => refuseHiddenChoice(question, answers));
  const isValid = model.validate(true, false);
  const faults = [...hidden, ...questions.flatMap(faultsOf)];
  if (isValid !== true && faults.length === 0) {
    faults.push({ path: [], msg: "the answers are incomplete", type: "missing" });
  }
  if (faults.length > 0) return { kind: "invalid", faults };
  leaveOutHidden(model, questions);
  const kept = Object.entries(model.data).filter(
    ([key]) => Object.hasOwn(answers, key) || shape.computed.has(key) || fixed.has(key),
  );
  return { kind: "valid", data: Object.fromEntries(kept), scores: scoresOf(model) };
};

/** The model drops a choice that conditions hide; a person must hear of it instead. */
const refuseHiddenChoice = (question: Question, answers: Data): readonly Fault[] => {
  const key = question.getValueName();
  if (!(question instanceof QuestionSelectBase) || !Object.hasOwn(answers, key) || !question.isVisible) return [];
  if (question.hasOther && !question.getStoreOthersAsComment()) return [];
  const shown = new Set<unknown>(question.visibleChoices.map((choice) => choice.value));
  const answer = answers[key];
  const chosen = (Array.isArray(answer) ? answer : [answer]).filter((value) => typeof value !== "object");
  return chosen.every((value) => shown.has(value))
    ? []
    : [{ path: [key], msg: "is not one of the choices shown", type: "not_allowed" }];
};

const faultsOf = (question: Question): readonly Fault[] => {
  if (!question.isVisible || !question.isParentVisible) return [];
  const nested = question.getNestedQuestions(true);
  const errors = new Set([question, ...nested].flatMap((item) => item.getAllErrors()));
  return [...errors].map((error) => ({
    path: [question.getValueName()],
    msg: error.getText(),
    type: missingTypes.has(error.getErrorType()) ? "missing" : "invalid_answer",
  }));
};

const missingTypes = new Set(["required", "requireoneanswer", "requiredinallrowserror", "otherempty"]);

/** What completing a survey in the browser does, without its side effects (cookies, navigation, requests). */
const leaveOutHidden = (model: SurveyModel, questions: readonly Question[]): void => {
  const reason = model.clearInvisibleValues === "none" ? "none" : "onComplete";
  for (const question of questions) question.clearUnusedValues();
  for (const question of questions) question.clearValueIfInvisible(reason);
};

const scoresOf = (model: SurveyModel): Data =>
  Object.fromEntries(
    model.calculatedValues
      .map((item): [string, unknown] => [item.name, item.value])
      .filter(([, value]) => typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)),
  );

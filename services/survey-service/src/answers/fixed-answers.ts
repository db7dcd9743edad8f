import { PanelModelBase, type Question, type SurveyModel } from "survey-core";

/**
 * What the author has fixed: the defaults of read-only questions, by the key they are stored under; undefined where there
 * is no default. Nobody can change them in the browser, so what a client sends in their place is not believed.
 *
 * Read off a model that has seen no answers. A question that a condition, an expression or a trigger may fill or free is
 * not among them: its value depends on the order in which a person answered, which nobody knows afterwards.
 */
export const fixedAnswersOf = (model: SurveyModel): ReadonlyMap<string, unknown> => {
  const questions = model.getAllQuestions();
  const filled = new Set(model.triggers.map((trigger) => ("setToName" in trigger ? trigger.setToName : "")));
  const open = new Set(
    questions
      .filter((question) => !isReadOnly(question) || isComputed(question) || filled.has(question.name))
      .map((question) => question.getValueName()),
  );
  const keys = questions.map((question) => question.getValueName()).filter((key) => !open.has(key) && !filled.has(key));
  return new Map(keys.map((key) => [key, structuredClone<unknown>(model.getValue(key))]));
};

const isComputed = (question: Question): boolean =>
  [question.setValueExpression, question.setValueIf, question.defaultValueExpression, question.resetValueIf].some(
    (expression) => Boolean(expression),
  );

/** By itself or by a group around it. `enableIf` sets `readOnly`, so it says nothing where both stand. */
const isReadOnly = (question: Question): boolean => {
  const around: (Question | PanelModelBase)[] = [question];
  for (let group: unknown = question.parent; group instanceof PanelModelBase; group = group.parent) around.push(group);
  return around.some((element) => element.readOnly && !element.enableIf);
};

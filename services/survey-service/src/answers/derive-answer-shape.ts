import {
  type MatrixDropdownColumn,
  type Question,
  QuestionBooleanModel,
  QuestionCheckboxModel,
  QuestionCommentModel,
  QuestionExpressionModel,
  QuestionFileModel,
  QuestionImageMapModel,
  QuestionImagePickerModel,
  QuestionMatrixDropdownModel,
  type QuestionMatrixDropdownModelBase,
  QuestionMatrixDynamicModel,
  QuestionMatrixModel,
  QuestionMultipleTextModel,
  QuestionNonValue,
  QuestionPanelDynamicModel,
  QuestionRatingModel,
  QuestionSelectBase,
  QuestionSignaturePadModel,
  QuestionSliderModel,
  QuestionTextModel,
  type SurveyModel,
} from "survey-core";
import type { AnswerShape, ValueShape } from "./answer-shape.rules.ts";

/** Reads the shapes of all answers off a model: done once for each definition. */
export const deriveAnswerShape = (model: SurveyModel): AnswerShape => {
  const questions = model.getAllQuestions();
  return {
    questions: new Map([...shapesOf(questions, model.commentSuffix), ...triggerShapes(model)]),
    computed: new Set([
      ...questions.filter((question) => question instanceof QuestionExpressionModel).map(keyOf),
      ...model.calculatedValues.filter((value) => value.includeIntoResult).map((value) => value.name),
      ...questions.filter((question) => "hasTotal" in question).map((question) => `${keyOf(question)}-total`),
    ]),
  };
};

const keyOf = (question: Question): string => question.getValueName();

const textMax = 10_000;
const commentMax = 100_000;
const fileContentMax = 1_048_576;
const listMax = 1_000;

const any: ValueShape = { kind: "any" };
const comment: ValueShape = { kind: "text", lengthMax: commentMax };

const shapesOf = (questions: readonly Question[], commentSuffix: string): Map<string, ValueShape> =>
  new Map(
    questions.flatMap((question): [string, ValueShape][] => {
      const shape = shapeOf(question, commentSuffix);
      if (shape === null) return [];
      const own: [string, ValueShape] = [keyOf(question), shape];
      return takesComment(question) ? [own, [`${keyOf(question)}${commentSuffix}`, comment]] : [own];
    }),
  );

const takesComment = (question: Question): boolean =>
  question.hasComment ||
  question.showCommentArea ||
  (question instanceof QuestionSelectBase &&
    (question.hasOther ||
      question.choices.some((choice: { showCommentArea?: boolean }) => choice.showCommentArea === true)));

/** What triggers copy or compute into the answers in the browser comes back with them. */
const triggerShapes = (model: SurveyModel): [string, ValueShape][] => {
  const names = new Set(model.getAllQuestions().map(keyOf));
  return model.triggers
    .map((trigger) => ("setToName" in trigger ? String(trigger.setToName) : ""))
    .filter((name) => name !== "" && !names.has(name))
    .map((name) => [name, any]);
};

/** Null for what holds no answer: texts, images, computed values. */
const shapeOf = (question: Question, commentSuffix: string): ValueShape | null => {
  if (question instanceof QuestionNonValue || question instanceof QuestionExpressionModel) return null;
  return choiceShape(question) ?? fieldShape(question) ?? containerShape(question, commentSuffix) ?? any;
};

const choiceShape = (question: Question): ValueShape | null => {
  if (question instanceof QuestionCheckboxModel) return checkboxShape(question);
  if (question instanceof QuestionImagePickerModel) {
    return question.multiSelect ? listOf(selectShape(question)) : selectShape(question);
  }
  if (question instanceof QuestionSelectBase) return selectShape(question);
  if (question instanceof QuestionRatingModel) return oneOf(question.visibleRateValues.map((item) => item.value));
  if (question instanceof QuestionBooleanModel) return oneOf([question.getValueTrue(), question.getValueFalse()]);
  return null;
};

const oneOf = (values: readonly unknown[]): ValueShape => ({ kind: "one_of", values, freeText: false });

const listOf = (item: ValueShape, sizeMax = listMax): ValueShape => ({
  kind: "list",
  item,
  sizeMax,
  distinct: item.kind === "one_of",
});

/** Checkboxes, drop-downs with tags and rankings. */
const checkboxShape = (question: QuestionCheckboxModel): ValueShape => {
  const item = selectShape(question);
  const sizeMax = question.maxSelectedChoices > 0 ? question.maxSelectedChoices : listMax;
  if (question.valuePropertyName === undefined || question.valuePropertyName === "") return listOf(item, sizeMax);
  return listOf(any, sizeMax);
};

/** Choices that come from another question or from elsewhere are left to the model. */
const selectShape = (question: QuestionSelectBase): ValueShape => {
  if (question.choicesFromQuestion || !question.choicesByUrl.isEmpty) return any;
  const special = [
    ...(question.showNoneItem ? [question.noneItem.value] : []),
    ...(question.showRefuseItem ? [question.refuseItem.value] : []),
    ...(question.showDontKnowItem ? [question.dontKnowItem.value] : []),
    ...(question.hasOther ? [question.otherItem.value] : []),
  ];
  const values = [...question.choices.map((choice: { value: unknown }) => choice.value), ...special];
  return { kind: "one_of", values, freeText: question.hasOther && !question.getStoreOthersAsComment() };
};

const fieldShape = (question: Question): ValueShape | null => {
  if (question instanceof QuestionTextModel) return textShape(question);
  if (question instanceof QuestionCommentModel)
    return { kind: "text", lengthMax: question.getMaxLength() ?? commentMax };
  if (question instanceof QuestionSignaturePadModel) return { kind: "text", lengthMax: fileContentMax };
  if (question instanceof QuestionSliderModel) {
    return question.sliderType === "range"
      ? { kind: "list", item: { kind: "number" }, sizeMax: 2, distinct: false }
      : { kind: "number" };
  }
  return null;
};

const textShape = (question: QuestionTextModel): ValueShape => {
  const { inputType } = question;
  if (inputType === "number" || inputType === "range") return { kind: "number" };
  if (inputType === "date" || inputType === "datetime-local" || inputType === "datetime") return { kind: "date" };
  // A numeric mask stores a number, and text while `saveMaskedValue` is on.
  if (["numeric", "currency"].includes(question.maskType)) return any;
  return { kind: "text", lengthMax: question.getMaxLength() ?? textMax };
};

const containerShape = (question: Question, commentSuffix: string): ValueShape | null => {
  if (question instanceof QuestionMultipleTextModel) {
    return { kind: "object", members: new Map(question.items.map((item) => [item.name, textShape(item.editor)])) };
  }
  if (question instanceof QuestionMatrixModel) return matrixShape(question);
  if (question instanceof QuestionMatrixDropdownModel) {
    const row = rowShape(question, commentSuffix);
    return {
      kind: "object",
      members: new Map(question.rows.map((item: { value: unknown }) => [String(item.value), row])),
    };
  }
  if (question instanceof QuestionMatrixDynamicModel)
    return listOf(rowShape(question, commentSuffix), question.maxRowCount);
  if (question instanceof QuestionPanelDynamicModel) {
    const members = shapesOf(question.template.questions, commentSuffix);
    return listOf(withComputed(members, question.template.questions), question.maxPanelCount);
  }
  if (question instanceof QuestionFileModel) return listOf(fileShape);
  return question instanceof QuestionImageMapModel ? any : null;
};

const fileShape: ValueShape = {
  kind: "object",
  members: new Map([
    ["name", { kind: "text", lengthMax: 512 }],
    ["type", { kind: "text", lengthMax: 256 }],
    ["content", { kind: "text", lengthMax: fileContentMax }],
  ]),
};

const matrixShape = (question: QuestionMatrixModel): ValueShape => {
  const cell = oneOf(question.columns.map((column: { value: unknown }) => column.value));
  const answer = question.isMultiSelect ? listOf(cell) : cell;
  if (question.rows.length === 0) return answer;
  return {
    kind: "object",
    members: new Map(question.rows.map((row: { value: unknown }) => [String(row.value), answer])),
  };
};

const rowShape = (question: QuestionMatrixDropdownModelBase, commentSuffix: string): ValueShape => {
  const cells = question.columns.map((column: MatrixDropdownColumn) => column.templateQuestion);
  const parts = [...cells, ...question.detailPanel.questions];
  const named = new Map<string, ValueShape>();
  for (const [index, part] of parts.entries()) {
    const name = question.columns[index]?.name ?? keyOf(part);
    named.set(name, shapeOf(part, commentSuffix) ?? any);
    if (takesComment(part)) named.set(`${name}${commentSuffix}`, comment);
  }
  return { kind: "object", members: named };
};

/** Inside a panel, computed values stand among the answers. */
const withComputed = (members: Map<string, ValueShape>, questions: readonly Question[]): ValueShape => ({
  kind: "object",
  members: new Map([
    ...members,
    ...questions
      .filter((question) => question instanceof QuestionExpressionModel)
      .map((question): [string, ValueShape] => [keyOf(question), any]),
  ]),
});

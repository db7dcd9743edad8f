import type { InvalidMember } from "@roundtrip/contracts/problem";
import { Model } from "survey-core";
import type { Answers } from "../api/survey-shapes.ts";
import { groupByQuestion } from "./server-errors.ts";

export interface SurveyModelOptions {
  /** SurveyJS JSON. */
  readonly definition: object;
  readonly answers: Answers;
  readonly localeId: string;
  readonly sendText: string;
  readonly onChange: (answers: Answers) => void;
  /** The person asked to send; resolves when the server has answered, whatever it said. Never called twice at once. */
  readonly onSend: (answers: Answers) => Promise<void>;
}

const languageOf = (localeId: string): string => localeId.split(/[-_]/)[0]?.toLowerCase() ?? "";

/** Opens on the first page that has something left to answer. */
const goToFirstOpenPage = (model: Model): void => {
  const open = model.visiblePages.find((page) => page.questions.some((one) => one.isVisible && one.isEmpty()));
  if (open !== undefined) model.currentPage = open;
};

/**
 * The questionnaire as SurveyJS runs it, with every way out of the page closed: it never completes by itself, it sets
 * no cookie, posts nowhere and follows no address of the definition. The server decides what a completed survey is.
 */
export const createSurveyModel = (options: SurveyModelOptions): Model => {
  const model = new Model(options.definition);
  model.locale = languageOf(options.localeId);
  model.showCompletePage = false;
  model.cookieName = "";
  model.surveyPostId = "";
  model.textUpdateMode = "onTyping";
  if (!("completeText" in options.definition)) model.completeText = options.sendText;
  model.data = { ...options.answers };
  goToFirstOpenPage(model);
  model.onNavigateToUrl.add((_, navigation) => {
    navigation.allow = false;
  });
  model.onValueChanged.add(() => options.onChange({ ...model.data }));
  // While the handler is pending SurveyJS disables its buttons, so a second click cannot send twice.
  model.onCompleting.add(async (_, completing) => {
    completing.allow = false;
    await options.onSend({ ...model.data });
  });
  return model;
};

/** Shows what the server says at the questions it is about, goes to the first of them, and returns the rest. */
export const showServerErrors = (model: Model, members: readonly InvalidMember[]): readonly string[] => {
  const { byQuestion, general } = groupByQuestion(members);
  const homeless: string[] = [];
  let first: string | null = null;
  for (const [name, messages] of byQuestion) {
    const question = model.getQuestionByValueName(name) ?? model.getQuestionByName(name);
    if (!question?.isVisible) {
      homeless.push(...messages);
      continue;
    }
    for (const message of messages) question.addError(message);
    first ??= question.name;
  }
  if (first !== null) model.focusQuestion(first);
  return [...general, ...homeless];
};

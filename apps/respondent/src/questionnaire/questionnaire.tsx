import "survey-core/survey-core.fontless.min.css";
import "./questionnaire.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Model } from "survey-core";
import { renderSurvey } from "survey-js-ui";
import { type Failure, failureOf, isSessionOver } from "../api/failure.ts";
import type { Answers } from "../api/survey-shapes.ts";
import { useApp } from "../ui/app-context.ts";
import { languageTag } from "../ui/locale.ts";
import { FailureNotice, Notice } from "../ui/notice.tsx";
import { createSurveyModel, showServerErrors } from "./survey-model.ts";

export interface QuestionnaireProps {
  /** SurveyJS JSON; read once, when the questionnaire opens. */
  readonly definition: object;
  readonly answers: Answers;
  readonly localeId: string;
  readonly onChange: (answers: Answers) => void;
  /** Hands the answers in; throws what the server refused. */
  readonly onSend: (answers: Answers) => Promise<void>;
  /** The survey's start page. */
  readonly home: string;
}

type Sending =
  | { readonly state: "idle" }
  | { readonly state: "sending" }
  | { readonly state: "failed"; readonly failure: Failure }
  | { readonly state: "check"; readonly general: readonly string[] };

/** The survey itself. The only part of the app that loads SurveyJS. */
export const Questionnaire = (props: QuestionnaireProps) => {
  const { messages } = useApp();
  const place = useRef<HTMLDivElement>(null);
  const [model, setModel] = useState<Model | null>(null);
  const [sending, setSending] = useState<Sending>({ state: "idle" });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a model lives as long as the page; new props must not replace what is being filled in.
  useEffect(() => {
    const send = async (answers: Answers): Promise<void> => {
      setSending({ state: "sending" });
      try {
        await props.onSend(answers);
      } catch (error) {
        const failure = failureOf(error);
        if (failure.kind === "problem" && failure.status === 422) {
          setSending({ state: "check", general: showServerErrors(opened, failure.members) });
        } else setSending({ state: "failed", failure });
      }
    };
    const opened = createSurveyModel({
      definition: props.definition,
      answers: props.answers,
      localeId: props.localeId,
      sendText: messages.recall.send,
      onChange: (answers) => {
        setSending((now) => (now.state === "check" ? { state: "idle" } : now));
        props.onChange(answers);
      },
      onSend: send,
    });
    setModel(opened);
    if (place.current !== null) renderSurvey(opened, place.current);
    return () => opened.dispose();
  }, []);

  return (
    <>
      <div ref={place} class="questionnaire" lang={languageTag(props.localeId)} />
      <SendingNotice sending={sending} home={props.home} onRetry={() => model?.tryComplete()} />
    </>
  );
};

interface SendingNoticeProps {
  readonly sending: Sending;
  readonly home: string;
  readonly onRetry: () => void;
}

const SendingNotice = ({ sending, home, onRetry }: SendingNoticeProps) => {
  const { messages } = useApp();
  switch (sending.state) {
    case "idle":
      return null;
    case "sending":
      return (
        <div class="bar" role="status">
          <p>{messages.recall.sending}</p>
        </div>
      );
    case "failed":
      return (
        <div class="bar">
          <FailureNotice failure={sending.failure} onRetry={onRetry}>
            <p class="strong">{messages.recall.notSent}</p>
            {isSessionOver(sending.failure) ? <a href={home}>{messages.backHome}</a> : null}
          </FailureNotice>
        </div>
      );
    case "check":
      return (
        <div class="bar">
          <Notice tone="problem">
            <p>{[messages.recall.answersToCheck, ...sending.general].join(" ")}</p>
          </Notice>
        </div>
      );
  }
};

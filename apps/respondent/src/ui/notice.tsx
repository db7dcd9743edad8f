import type { ComponentChildren } from "preact";
import { type Activity, explainFailure } from "../api/explain-failure.ts";
import type { Failure } from "../api/failure.ts";
import { useApp } from "./app-context.ts";

export const Notice = ({
  tone,
  children,
}: {
  readonly tone: "info" | "problem";
  readonly children: ComponentChildren;
}) => (
  <div class={`notice notice-${tone}`} role={tone === "problem" ? "alert" : undefined}>
    {children}
  </div>
);

export interface FailureNoticeProps {
  readonly failure: Failure;
  readonly activity?: Activity;
  /** Left out where trying again makes no sense. */
  readonly onRetry?: () => void;
  readonly children?: ComponentChildren;
}

/** What happened, what to do, and a button for it where there is one. */
export const FailureNotice = ({ failure, activity = "using", onRetry, children }: FailureNoticeProps) => {
  const { messages } = useApp();
  const { text, reference, canRetry, needsReload } = explainFailure(failure, messages, activity);
  return (
    <Notice tone="problem">
      {children}
      <p>{text}</p>
      {canRetry && onRetry ? (
        <button type="button" class="button button-quiet" onClick={onRetry}>
          {messages.retry}
        </button>
      ) : null}
      {needsReload ? (
        <button type="button" class="button button-quiet" onClick={() => location.reload()}>
          {messages.reload}
        </button>
      ) : null}
      {reference === null ? null : <p class="reference">{messages.reference(reference)}</p>}
    </Notice>
  );
};

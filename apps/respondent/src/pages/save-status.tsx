import { isSessionOver } from "../api/failure.ts";
import type { SaveStatus } from "../questionnaire/autosave.ts";
import { useApp } from "../ui/app-context.ts";
import { FailureNotice } from "../ui/notice.tsx";

/** One quiet word in the header about what the server has. */
export const SaveIndicator = ({ status }: { readonly status: SaveStatus }) => {
  const { messages } = useApp();
  const text = {
    untouched: "",
    saved: messages.recall.saved,
    pending: messages.recall.saving,
    saving: messages.recall.saving,
    failed: messages.recall.unsaved,
  }[status.kind];
  return (
    <span class={`save save-${status.kind}`} role="status">
      {text}
    </span>
  );
};

export interface SaveNoticeProps {
  readonly status: SaveStatus;
  readonly onRetry: () => void;
  /** Where to go when these answers can no longer be saved at all. */
  readonly home: string;
}

/** Says that the latest answers are only on this device, for as long as that is so. */
export const SaveNotice = ({ status, onRetry, home }: SaveNoticeProps) => {
  const { messages } = useApp();
  if (status.kind !== "failed") return null;
  return (
    <div class="bar">
      <FailureNotice failure={status.failure} onRetry={onRetry}>
        <p class="strong">{messages.recall.notSaved}</p>
        {isSessionOver(status.failure) ? <a href={home}>{messages.backHome}</a> : null}
      </FailureNotice>
    </div>
  );
};

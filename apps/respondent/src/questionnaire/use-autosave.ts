import { useEffect, useMemo, useState } from "preact/hooks";
import { isTransient } from "../api/failure.ts";
import type { SurveyApi } from "../api/survey-api.ts";
import type { Answers } from "../api/survey-shapes.ts";
import { type Autosave, createAutosave, type SaveStatus } from "./autosave.ts";
import type { Drafts } from "./draft.ts";

export interface AutosaveTarget {
  readonly api: SurveyApi;
  readonly drafts: Drafts;
  readonly slug: string;
  readonly subject: string;
  readonly sessionId: string;
  /** False: the survey keeps no open sessions on the server; answers then wait in this tab until they are sent. */
  readonly store: boolean;
  /** Answers that an earlier page could not save. */
  readonly unsaved: Answers | null;
}

export interface Saving {
  readonly status: SaveStatus;
  readonly change: (answers: Answers) => void;
  readonly retry: () => void;
  readonly hold: () => void;
  readonly release: () => void;
}

/** Browsers refuse `keepalive` for more than 64 KB in flight; larger answers are sent without and may be cut off. */
const keepaliveMaxBytes = 60_000;

const createTargetAutosave = (target: AutosaveTarget, report: (status: SaveStatus) => void): Autosave => {
  const { api, drafts, slug, sessionId } = target;
  return createAutosave({
    report: (status) => {
      if (status.kind === "saved") drafts.remove(sessionId);
      report(status);
    },
    save: (data, { leaving, signal }) => {
      const size = new TextEncoder().encode(JSON.stringify(data)).length;
      return api.saveAnswers(slug, { sessionId, data }, { keepalive: leaving && size <= keepaliveMaxBytes, signal });
    },
  });
};

/** Saves when the page is hidden, tries again when the network is back, and warns before unsaved answers are left. */
const watchPage = (autosave: Autosave, isUnsaved: () => boolean): (() => void) => {
  const leave = (): void => autosave.flush({ leaving: true });
  const hide = (): void => {
    if (document.visibilityState === "hidden") leave();
  };
  const online = (): void => autosave.flush({ leaving: false });
  const warn = (event: BeforeUnloadEvent): void => {
    if (isUnsaved()) event.preventDefault();
  };
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", hide);
  addEventListener("online", online);
  addEventListener("beforeunload", warn);
  return () => {
    removeEventListener("pagehide", leave);
    document.removeEventListener("visibilitychange", hide);
    removeEventListener("online", online);
    removeEventListener("beforeunload", warn);
  };
};

/** Keeps the answers of one open session safe: on this device at once, on the server shortly after. */
export const useAutosave = (target: AutosaveTarget): Saving => {
  const { drafts, sessionId, subject, store, unsaved } = target;
  const [status, setStatus] = useState<SaveStatus>({ kind: "untouched" });
  // biome-ignore lint/correctness/useExhaustiveDependencies: one session, one autosave.
  const [autosave, latest] = useMemo(() => {
    const seen: { status: SaveStatus } = { status: { kind: "untouched" } };
    const report = (now: SaveStatus): void => {
      seen.status = now;
      setStatus(now);
    };
    return [createTargetAutosave(target, report), seen] as const;
  }, [sessionId]);

  useEffect(() => {
    if (!store) return undefined;
    if (unsaved !== null) autosave.change(unsaved);
    // Only failed saves are worth a question: everything else leaves with the page.
    const unwatch = watchPage(autosave, () => latest.status.kind === "failed" && isTransient(latest.status.failure));
    return () => {
      unwatch();
      autosave.flush({ leaving: true });
    };
  }, [autosave, latest, store, unsaved]);

  return {
    status,
    change: (data) => {
      drafts.record(sessionId, { subject, data });
      if (store) autosave.change(data);
    },
    retry: () => autosave.flush({ leaving: false }),
    hold: autosave.hold,
    release: autosave.release,
  };
};

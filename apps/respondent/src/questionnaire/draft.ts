import type { Answers } from "../api/survey-shapes.ts";

export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export interface Draft {
  /** The respondent who gave the answers: the subject of their access token. */
  readonly subject: string;
  readonly data: Answers;
}

/**
 * Answers that the server does not have yet, kept for a reload of the same tab. In `sessionStorage`, not
 * `localStorage`: answers must not outlive the tab on a shared device.
 */
export interface Drafts {
  readonly find: (sessionId: string) => Draft | null;
  readonly record: (sessionId: string, draft: Draft) => void;
  readonly remove: (sessionId: string) => void;
  /** Removes what other people left in this tab; null removes everything. */
  readonly keepOnly: (subject: string | null) => void;
}

const prefix = "roundtrip:draft:";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const parseDraft = (text: string | null): Draft | null => {
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || typeof value["subject"] !== "string" || !isRecord(value["data"])) return null;
  return { subject: value["subject"], data: value["data"] };
};

/** `storage` may be missing or throw (blocked by the browser, full); drafts are then not kept and nothing breaks. */
export const createDrafts = (storage: () => DraftStorage): Drafts => {
  const attempt = <T>(work: (store: DraftStorage) => T, otherwise: T): T => {
    try {
      return work(storage());
    } catch {
      return otherwise;
    }
  };
  const find = (sessionId: string): Draft | null =>
    attempt((store) => parseDraft(store.getItem(prefix + sessionId)), null);
  return {
    find,
    record: (sessionId, draft) =>
      attempt((store) => store.setItem(prefix + sessionId, JSON.stringify(draft)), undefined),
    remove: (sessionId) => attempt((store) => store.removeItem(prefix + sessionId), undefined),
    keepOnly: (subject) =>
      attempt((store) => {
        const keys = Array.from({ length: store.length }, (_, index) => store.key(index));
        const others = keys.filter(
          (key) => key?.startsWith(prefix) && find(key.slice(prefix.length))?.subject !== subject,
        );
        for (const key of others) if (key) store.removeItem(key);
      }, undefined),
  };
};

/**
 * Which session a history entry ended with. Kept in `history.state`, so that a reload or the Back button shows the
 * thank-you page again instead of starting another session, and no id appears in the address.
 */
export interface FinishedSession {
  readonly sessionId: string;
  /** The app has already gone on to the follow-up address by itself. */
  readonly left: boolean;
}

export const parseFinishedSession = (state: unknown): FinishedSession | null => {
  if (typeof state !== "object" || state === null || !("finished" in state)) return null;
  const { finished } = state;
  if (typeof finished !== "object" || finished === null) return null;
  if (!("sessionId" in finished) || typeof finished.sessionId !== "string") return null;
  return { sessionId: finished.sessionId, left: "left" in finished && finished.left === true };
};

export const recordFinishedSession = (history: Pick<History, "replaceState">, finished: FinishedSession): void =>
  history.replaceState({ finished }, "");

import { sessionExpired } from "@roundtrip/contracts/survey/session-expired.event";
import type { SurveyDeps } from "../deps.ts";
import { claimOverdueSessions } from "./expired-sessions.store.ts";
import { changeStatus } from "./session.rules.ts";
import { changeSession } from "./session-changes.store.ts";
import { sessionFacts } from "./session-events.rules.ts";

const batchSizeMax = 200;

/** Ends one batch of sessions whose time is over, each with its event. Answers how many there were, at most 200. */
export const expireSessions = async (deps: Pick<SurveyDeps, "db" | "outbox" | "clock">): Promise<number> => {
  const count = await deps.db.transaction(async (tx) => {
    const now = deps.clock();
    const overdue = await claimOverdueSessions(tx, now, batchSizeMax);
    for (const session of overdue) {
      const next = changeStatus(session, "expired");
      if (typeof next === "string") throw new Error(`session ${session.sessionId} is open and ${session.status}`);
      const data = sessionFacts({ survey: session, person: session, sessionId: session.sessionId, ...next });
      await changeSession(tx, {
        ...next,
        sessionId: session.sessionId,
        fromSequence: session.sequence,
        ends: true,
        data: null,
        events: [deps.outbox.prepare({ type: sessionExpired, workspaceId: session.workspaceId, data })],
        now,
      });
    }
    return overdue.length;
  });
  if (count > 0) deps.outbox.wake();
  return count;
};

/** Whether another batch may be waiting. */
export const isFullBatch = (count: number): boolean => count === batchSizeMax;

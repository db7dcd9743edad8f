import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import type { SurveyDeps } from "../deps.ts";
import { pruneBurnedTickets } from "../return/burned-ticket.store.ts";
import { expireSessions, isFullBatch } from "./expire-sessions.ts";

export interface Pace {
  readonly intervalMs: number;
}

/**
 * Sees to it that every session reaches an end: those nobody comes back to are ended here, within the interval (15 s) after
 * their time. Any number of processes may do it at once. Forgets used-up tickets on the way, once they have expired.
 */
export const createExpireSessionsWorker = (
  deps: Pick<SurveyDeps, "db" | "outbox" | "clock">,
  { intervalMs }: Pace = { intervalMs: 15_000 },
): Worker => ({
  name: "survey-service-expire-sessions",
  run: async (signal) => {
    while (!signal.aborted) {
      const count = await expireSessions(deps);
      if (isFullBatch(count)) continue;
      await pruneBurnedTickets(deps.db, deps.clock());
      await pause(intervalMs, signal);
    }
  },
});

import type { Database } from "@roundtrip/database/database";
import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { leadPruning, type PrunedTable, prunedTables, pruneRows } from "./pruning.store.ts";

export interface PruneSignInsDeps {
  readonly db: Database;
  readonly clock: () => Date;
  /** Default 1,000: a few milliseconds of locks. */
  readonly pruneRowsMax?: number;
  /** Default 10 minutes: everything pruned here is measured in hours. */
  readonly prunePauseMs?: number;
}

/**
 * Takes away what has expired: sign-ins and their tokens, throttles and rate limits at rest, spent challenges and links.
 * Batch by batch, each in its own transaction under a lock that one replica gets; the others come back later.
 */
export const createPruneSignInsWorker = (deps: PruneSignInsDeps): Worker => ({
  name: "auth-service-prune-sign-ins",
  run: async (signal) => {
    while (!signal.aborted) {
      for (const table of prunedTables) {
        while (!signal.aborted && (await pruneTable(deps, table))) {
          // Whoever waits for a lock or a connection gets in between two batches.
          await pause(10, signal);
        }
      }
      await pause(deps.prunePauseMs ?? 600_000, signal);
    }
  },
});

/** One batch. Answers whether there may be more to take. */
const pruneTable = (deps: PruneSignInsDeps, table: PrunedTable): Promise<boolean> =>
  deps.db.transaction(async (tx) => {
    const rowsMax = deps.pruneRowsMax ?? 1_000;
    return (await leadPruning(tx)) && (await pruneRows(tx, { table, now: deps.clock(), rowsMax })) === rowsMax;
  });

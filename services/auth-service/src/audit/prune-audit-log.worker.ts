import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { listAgedChains } from "./audit-pruning.store.ts";
import { type PruneDeps, pruneAuditLog, prunedUntil } from "./prune-audit-log.ts";

/** Retention counts in days. */
const pauseMs = 3_600_000;

/**
 * Prunes every chain once an hour. Any number of replicas may run it: the chain's lock lets one of them at a batch, and
 * whoever comes second finds nothing left to take.
 */
export const createPruneAuditLogWorker = (deps: PruneDeps): Worker => ({
  name: "auth-service-prune-audit-log",
  run: async (signal) => {
    while (!signal.aborted) {
      for (const chainId of await listAgedChains(deps.db, prunedUntil(deps))) {
        let isMoreAged = true;
        while (isMoreAged && !signal.aborted) isMoreAged = await pruneAuditLog(deps, chainId);
      }
      await pause(pauseMs, signal);
    }
  },
});

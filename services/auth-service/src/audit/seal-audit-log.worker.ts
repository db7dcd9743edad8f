import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { listWaitingChains } from "./audit-log.store.ts";
import { type SealDeps, sealFreeChain } from "./seal-audit-log.ts";

/** An entry waits so long at most, with any number of replicas. */
const pauseMs = 500;

/** Seals every chain that has entries waiting; a chain that another replica is at is left to it. */
export const createSealAuditLogWorker = (deps: SealDeps): Worker => ({
  name: "auth-service-seal-audit-log",
  run: async (signal) => {
    while (!signal.aborted) {
      const isMoreWaiting = await sealWaitingChains(deps, signal);
      if (!isMoreWaiting) await pause(pauseMs, signal);
    }
  },
});

/** A batch of each, so that a busy chain does not keep the others waiting. */
const sealWaitingChains = async (deps: SealDeps, signal: AbortSignal): Promise<boolean> => {
  let isMoreWaiting = false;
  for (const chainId of await listWaitingChains(deps.db)) {
    if (signal.aborted) return false;
    if (await sealFreeChain(deps, chainId)) isMoreWaiting = true;
  }
  return isMoreWaiting;
};

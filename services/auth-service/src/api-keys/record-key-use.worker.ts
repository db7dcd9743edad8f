import type { Database } from "@roundtrip/database/database";
import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { recordKeyUses } from "./api-key.store.ts";

export interface KeyUses {
  note(apiKeyId: string): void;
  readonly worker: Worker;
}

export interface KeyUsesDeps {
  readonly db: Database;
  readonly clock: () => Date;
  /** Default 5,000. */
  readonly flushMs?: number;
}

/**
 * `last_used_at` off the hot path: a write per request piles up on the row of a busy key and takes the others with it. Uses
 * are gathered and written every 5 s; what a crash loses is at most that.
 */
export const createKeyUses = (deps: KeyUsesDeps): KeyUses => {
  const uses = new Map<string, Date>();
  const flush = async () => {
    if (uses.size === 0) return;
    const taken = new Map(uses);
    uses.clear();
    await recordKeyUses(deps.db, taken);
  };
  return {
    note: (apiKeyId) => {
      uses.set(apiKeyId, deps.clock());
    },
    worker: {
      name: "auth-service-record-key-use",
      run: async (signal) => {
        while (!signal.aborted) {
          await pause(deps.flushMs ?? 5_000, signal);
          await flush();
        }
      },
    },
  };
};

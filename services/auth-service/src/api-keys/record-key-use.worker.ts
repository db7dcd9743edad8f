import type { Database } from "@roundtrip/database/database";
import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { recordCredentialUses } from "./api-key.store.ts";

export interface CredentialUses {
  note(credentialId: string): void;
  readonly worker: Worker;
}

export interface CredentialUsesDeps {
  readonly db: Database;
  readonly clock: () => Date;
  /** Default 5,000. */
  readonly flushMs?: number;
}

/**
 * `last_used_at` of keys and tokens, off the hot path: a write per request piles up on the row of a busy key and takes the
 * others with it. Uses are gathered and written every 5 s; what a crash loses is at most that.
 *
 * Other services answer from a cache and ask again after 30 s (`credential-verifier.ts`), and a use within a minute of the
 * last one written is left out, so what is shown is at most 30 + 60 + 5 s older than the last use.
 */
export const createKeyUses = (deps: CredentialUsesDeps): CredentialUses => {
  const uses = new Map<string, Date>();
  const flush = async () => {
    if (uses.size === 0) return;
    const taken = new Map(uses);
    uses.clear();
    try {
      await recordCredentialUses(deps.db, taken);
    } catch (error) {
      // Written with the next ones, but never in the place of a later use.
      for (const [id, at] of taken) if (!uses.has(id)) uses.set(id, at);
      throw error;
    }
  };
  return {
    note: (credentialId) => {
      uses.set(credentialId, deps.clock());
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

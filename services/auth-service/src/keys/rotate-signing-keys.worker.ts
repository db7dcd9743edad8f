import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import type { KeyChangeDeps } from "./change-signing-keys.ts";
import { rotateSigningKeys } from "./rotate-signing-keys.ts";

export interface KeyRotationDeps extends KeyChangeDeps {
  readonly log: { info(fields: object, message: string): void };
  /** Default 60,000. */
  readonly checkMs?: number;
}

/** Looks every minute what is due. Every replica runs it; the lock in the transaction lets one of them act. */
export const createKeyRotation = (deps: KeyRotationDeps): Worker => ({
  name: "auth-service-rotate-signing-keys",
  run: async (signal) => {
    while (!signal.aborted) {
      for (const { done, kid } of await rotateSigningKeys(deps)) deps.log.info({ kid }, `a signing key was ${done}`);
      await pause(deps.checkMs ?? 60_000, signal);
    }
  },
});

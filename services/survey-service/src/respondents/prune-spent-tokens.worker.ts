import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import type { SurveyDeps } from "../deps.ts";
import { pruneSpentTokens } from "./used-token.store.ts";

const pruneMs = 600_000;

/** Forgets the `jti` of tokens that have expired. */
export const createPruneSpentTokensWorker = (deps: Pick<SurveyDeps, "db" | "clock">): Worker => ({
  name: "survey-service-prune-spent-tokens",
  run: async (signal) => {
    while (!signal.aborted) {
      await pause(pruneMs, signal);
      if (!signal.aborted) await pruneSpentTokens(deps.db, deps.clock());
    }
  },
});

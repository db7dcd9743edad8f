import type { Worker } from "@roundtrip/service-runner/service";
import { untilAborted } from "@roundtrip/service-runner/supervise";
import type { SurveyDeps } from "../deps.ts";

/** Makes the first ticket key at the start, so that the JWKS holds it before the first ticket is signed. */
export const createEnsureTicketKeyWorker = (deps: Pick<SurveyDeps, "ticketKeys">): Worker => ({
  name: "survey-service-ensure-ticket-key",
  run: async (signal) => {
    await deps.ticketKeys.getSigningKey();
    await untilAborted(signal);
  },
});

import type { SurveyDeps } from "../deps.ts";
import { isExpired } from "./session.rules.ts";
import type { Session } from "./session.store.ts";
import { type Step, stepSession } from "./step-session.ts";

/**
 * Ends a session whose time is over, and says whether it was. Anyone who comes upon it does this, so that nobody has to
 * wait for the worker; of many who do it at once, one counts.
 */
export const expireIfOver = async (
  deps: Pick<SurveyDeps, "db" | "outbox" | "clock">,
  step: Omit<Step, "to" | "session"> & { readonly session: Session },
): Promise<boolean> => {
  if (!isExpired(step.session, deps.clock())) return false;
  await stepSession(deps, { ...step, to: "expired" });
  return true;
};

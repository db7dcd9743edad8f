import type { SurveyDeps } from "../deps.ts";
import { isExpired } from "./session.rules.ts";
import type { Session } from "./session.store.ts";
import { type Step, stepSession } from "./step-session.ts";

/**
 * Ends a session whose time is over, and says whether this call did. Anyone who comes upon it does this, so that nobody has
 * to wait for the worker. False also when somebody else changed the session at the same moment: what is then done with it
 * as it was read does not count, and the next look tells what it has become.
 */
export const expireIfOver = async (
  deps: Pick<SurveyDeps, "db" | "outbox" | "clock">,
  step: Omit<Step, "to" | "session"> & { readonly session: Session },
): Promise<boolean> =>
  isExpired(step.session, deps.clock()) && (await stepSession(deps, { ...step, to: "expired" })) !== null;

import type { RespondentCaller } from "@roundtrip/contracts/caller";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { expireIfOver } from "./expire-session.ts";
import { getOwnSurvey } from "./get-own-survey.ts";
import { isTerminal } from "./session.rules.ts";
import { findSession } from "./session.store.ts";
import { stepSession } from "./step-session.ts";

export interface CancelSession {
  readonly slug: string;
  readonly caller: RespondentCaller;
  readonly sessionId: string;
}

const attemptsMax = 5;

/** Gives a session up and erases its answers, whatever the survey's state: nobody is held in a survey that is over. */
export const cancelSession = async (
  deps: Pick<SurveyDeps, "db" | "outbox" | "clock">,
  command: CancelSession,
): Promise<void> => {
  const survey = await getOwnSurvey(deps, command.slug, command.caller);
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const found = await findSession(deps.db, command.caller, command.sessionId);
    if (!found?.session) throw new Problem("session_not_found");
    const { person, session } = found;
    if (session.status === "cancelled") return;
    if (isTerminal(session.status) || (await expireIfOver(deps, { survey, person, session }))) {
      throw new Problem("session_closed");
    }
    if (await stepSession(deps, { survey, person, session, to: "cancelled" })) return;
  }
  throw new Problem("busy");
};

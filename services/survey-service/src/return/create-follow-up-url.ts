import type { SessionStatus } from "@roundtrip/contracts/survey/session-facts";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { appendTicket, buildReturnAddress, chooseTemplate } from "./redirect.rules.ts";
import { signReturnTicket } from "./sign-return-ticket.ts";

export type FollowUpDeps = Pick<SurveyDeps, "ticketKeys" | "clock" | "publicUrl" | "log">;

/** What the way back tells of a session and of who was in it. */
export interface FinishedSession {
  readonly sessionId: string;
  readonly status: SessionStatus;
  readonly sequence: number;
  readonly submissionId: string | null;
  readonly redirectUrl: string | null;
  readonly state: string | null;
  readonly respondent: {
    readonly userId: string;
    readonly username: string;
    readonly externalUserId: string | null;
    readonly redirectUrl: string | null;
    readonly customFields: readonly { readonly name: string; readonly value: string }[];
  };
}

/**
 * Where this respondent goes now, with a fresh ticket, or null. An address that the survey does not allow is left out and
 * logged without its text: the answers are safe, and a way back that leads astray is worse than none.
 */
export const createFollowUpUrl = async (
  deps: FollowUpDeps,
  survey: Survey,
  session: FinishedSession,
): Promise<string | null> => {
  const rules = survey.settings.redirect;
  if (rules === null) return null;
  const { respondent } = session;
  const own = { session: session.redirectUrl, respondent: respondent.redirectUrl };
  const template = chooseTemplate(own, rules, session.status);
  if (template === null) return null;
  const values = { ...respondent, ...session };
  const address = buildReturnAddress(template, {
    rules,
    values: { ...values, customFields: respondent.customFields },
    environment: survey.environment,
  });
  if (typeof address === "string") {
    deps.log.warn({ surveyId: survey.surveyId, refusal: address }, "a respondent cannot be sent back");
    return null;
  }
  if (rules.ticket === "none") return address.url;
  const ticket = await signReturnTicket(deps, {
    aud: address.origin,
    sub: session.sessionId,
    username: respondent.username,
    external_user_id: respondent.externalUserId,
    survey: survey.slug,
    status: session.status,
    sequence: session.sequence,
    state: session.state,
    submission_id: session.submissionId,
  });
  return appendTicket(address.url, ticket);
};

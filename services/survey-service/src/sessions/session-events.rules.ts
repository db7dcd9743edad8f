import type { SessionFacts, SessionStatus } from "@roundtrip/contracts/survey/session-facts";

interface Parts {
  readonly survey: { readonly surveyId: string; readonly slug: string };
  readonly person: { readonly userId: string; readonly username: string; readonly externalUserId: string | null };
  readonly sessionId: string;
  readonly status: SessionStatus;
  readonly sequence: number;
  readonly submissionId?: string;
}

/** What an event says of a session at one step: ids, status and sequence, no answers. */
export const sessionFacts = ({ survey, person, ...session }: Parts): SessionFacts => ({
  session_id: session.sessionId,
  survey: survey.slug,
  survey_id: survey.surveyId,
  user_id: person.userId,
  external_user_id: person.externalUserId,
  username: person.username,
  status: session.status,
  sequence: session.sequence,
  submission_id: session.submissionId ?? null,
});

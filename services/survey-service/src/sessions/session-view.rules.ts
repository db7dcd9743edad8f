import type { RespondentSession } from "@roundtrip/contracts/survey/respondent-session";
import type { HandedIn, Limits } from "./limits.rules.ts";
import { reachedToday, reachedTotal } from "./limits.rules.ts";

interface Session extends Omit<RespondentSession, "startedAt" | "expiresAt"> {
  readonly startedAt: Date;
  readonly expiresAt: Date | null;
}

/** A session as its respondent sees it. */
export const viewSession = (session: Session): RespondentSession => ({
  sessionId: session.sessionId,
  status: session.status,
  sequence: session.sequence,
  definitionVersion: session.definitionVersion,
  data: session.data,
  startedAt: session.startedAt.toISOString(),
  expiresAt: session.expiresAt?.toISOString() ?? null,
});

interface Person {
  readonly userId: string;
  readonly name: string | null;
  readonly customFields: readonly { readonly name: string; readonly value: string; readonly public?: boolean }[];
}

/** The respondent as their own front end sees them: custom fields only where the organisation made them public. */
export const viewUserInfo = (person: Person, limits: Limits, handedIn: HandedIn) => ({
  userId: person.userId,
  name: person.name,
  customFields: Object.fromEntries(
    person.customFields.filter((field) => field.public === true).map((field) => [field.name, field.value]),
  ),
  submissions: handedIn.total,
  showFeedback: false,
  maximumTotalSubmissionsReached: reachedTotal(limits, handedIn),
  maximumDailySubmissionsReached: reachedToday(limits, handedIn),
});

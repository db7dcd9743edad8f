import type { SurveyState } from "@roundtrip/contracts/survey/survey-object";

interface Schedule {
  readonly state: SurveyState;
  /** First day, `YYYY-MM-DD`, UTC. */
  readonly startDate: string | null;
  /** Last day, inclusive. */
  readonly endDate: string | null;
}

/** The state that counts: before the first day `notStarted`, after the last one `completed`, else the stored one. */
export const effectiveState = (survey: Schedule, now: Date): SurveyState => {
  const today = now.toISOString().slice(0, 10);
  if (survey.startDate !== null && today < survey.startDate) return "notStarted";
  if (survey.endDate !== null && today > survey.endDate) return "completed";
  return survey.state;
};

/** What the survey routes of the respondent's app answer (api.md section 4.2). */

export type SurveyState = "notStarted" | "active" | "suspended" | "completed";

/** `GET /surveys/{slug}`: what anybody may know. */
export interface PublicSurvey {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly localeId: string;
  readonly supportEmail: string | null;
}

export interface RedirectSettings {
  /** Seconds until the app leaves by itself; 0 = only the button, below 0 = at once. */
  readonly timer: number;
  readonly target: "_self" | "_blank";
}

/** `GET /surveys/{slug}/parameters`. */
export interface SurveyParameters {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly state: SurveyState;
  readonly localeId: string;
  /** SurveyJS JSON. */
  readonly definition: object;
  readonly definitionVersion: number;
  readonly suspensionReason: string | null;
  readonly supportEmail: string | null;
  readonly startDate?: string | null;
  readonly endDate?: string | null;
  readonly session: { readonly store: boolean };
  readonly redirect: RedirectSettings | null;
  readonly feedback: { readonly enabled: boolean };
}

/** `GET /surveys/{slug}/user-info`. */
export interface UserInfo {
  readonly userId: string;
  readonly name: string | null;
  /** How many the respondent has handed in. */
  readonly submissions: number;
  readonly showFeedback: boolean;
  readonly maximumTotalSubmissionsReached: boolean;
  readonly maximumDailySubmissionsReached: boolean;
}

export type Answers = Readonly<Record<string, unknown>>;

/** `POST /surveys/{slug}/session`. */
export interface Session {
  readonly sessionId: string;
  readonly status: string;
  readonly sequence: number;
  readonly definitionVersion: number;
  readonly data: Answers;
  readonly startedAt: string | null;
  readonly expiresAt: string | null;
}

/** `POST /surveys/{slug}/submission`. */
export interface Submitted extends UserInfo {
  readonly submission: { readonly id: string; readonly submissionTime: string };
  readonly status: string;
  readonly sequence: number;
  readonly followUpUrl: string | null;
}

/** `POST /surveys/{slug}/create-user`. */
export interface CreatedUser {
  readonly userId: string;
  readonly username: string;
  readonly authToken: string;
}

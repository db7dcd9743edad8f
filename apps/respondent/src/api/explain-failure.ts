import type { ProblemCode } from "@roundtrip/contracts/problem";
import type { Messages, ProblemMessage } from "../messages.ts";
import { type Failure, isTransient, type ProblemFailure } from "./failure.ts";

/**
 * The codes that the respondent's routes answer with. A code that leaves the registry fails the type check here, and
 * `explain-failure.test.ts` fails when one of those routes declares a code that is not listed.
 */
export const knownCodes = [
  "survey_not_found",
  "user_generation_off",
  "token_malformed",
  "jwt_malformed",
  "jwt_invalid_signature",
  "jwt_invalid_algorithm",
  "jwt_expired",
  "jwt_not_active",
  "jwt_wrong_audience",
  "jwt_wrong_subject",
  "jwt_claim_required",
  "jwt_lifetime_too_long",
  "jwt_already_used",
  "claims_invalid",
  "survey_not_active",
  "limit_reached",
  "session_not_found",
  "session_closed",
  "answers_invalid",
  "sign_in_failed",
  "cross_site_request",
  "rate_limited",
  "unauthorized",
  "forbidden",
  "body_too_large",
  "busy",
  "dependency_unavailable",
  "internal_error",
] as const satisfies readonly ProblemCode[];

type KnownCode = (typeof knownCodes)[number];

const messageOfCode = {
  survey_not_found: "surveyNotFound",
  user_generation_off: "userGenerationOff",
  token_malformed: "linkUnreadable",
  jwt_malformed: "linkUnreadable",
  jwt_invalid_signature: "linkForged",
  jwt_invalid_algorithm: "linkForged",
  jwt_expired: "linkExpired",
  jwt_not_active: "linkNotActive",
  jwt_wrong_audience: "linkOtherServer",
  jwt_wrong_subject: "linkOtherSurvey",
  jwt_claim_required: "linkIncomplete",
  jwt_lifetime_too_long: "linkIncomplete",
  jwt_already_used: "linkUsed",
  claims_invalid: "linkIncomplete",
  survey_not_active: "surveyNotActive",
  limit_reached: "limitReached",
  session_not_found: "sessionNotFound",
  session_closed: "sessionClosed",
  answers_invalid: "answersInvalid",
  // A 401 of a sign-in is explained by what the person was doing, below.
  sign_in_failed: "signedOut",
  cross_site_request: "app",
  rate_limited: "tooMany",
  unauthorized: "signedOut",
  forbidden: "forbidden",
  body_too_large: "tooLarge",
  busy: "server",
  dependency_unavailable: "server",
  internal_error: "server",
} as const satisfies Record<KnownCode, ProblemMessage>;

const isKnown = (code: string): code is KnownCode => Object.hasOwn(messageOfCode, code);

const messageOfStatus = (status: number): ProblemMessage => {
  if (status === 429) return "tooMany";
  if (status >= 500) return "server";
  return "unknown";
};

/** What the respondent was doing; a 401 means something else for each. */
export type Activity = "using" | "opening-link" | "signing-in";

const messageOf = (failure: Failure, activity: Activity): ProblemMessage => {
  switch (failure.kind) {
    case "network":
      return "network";
    case "signed_out":
      return "signedOut";
    case "other_person":
      return "otherPerson";
    case "app":
      return "app";
    case "problem": {
      if (failure.status === 401 && activity !== "using") {
        return activity === "signing-in" ? "wrongPassword" : "linkRevoked";
      }
      return isKnown(failure.code) ? messageOfCode[failure.code] : messageOfStatus(failure.status);
    }
  }
};

export interface Explanation {
  /** What happened and what to do, in whole sentences. */
  readonly text: string;
  /** For the operator who is asked for help. */
  readonly reference: string | null;
  /** Whether trying the same thing again can help. */
  readonly canRetry: boolean;
  /** Whether only loading the page again can help. */
  readonly needsReload: boolean;
}

const waitOf = (problem: ProblemFailure, messages: Messages): string[] => {
  const seconds = problem.retryAfterSeconds;
  if (seconds !== null && seconds > 0) return [messages.tryAgainIn(seconds)];
  return isTransient(problem) ? [messages.tryAgainSoon] : [];
};

const claimsOf = (problem: ProblemFailure, messages: Messages): string[] =>
  problem.code === "claims_invalid" && problem.claims.length > 0
    ? [messages.claimsAtFault(problem.claims.join(", "))]
    : [];

/** Turns any failure into what a respondent can read and act on. Server text is never shown to respondents as is. */
export const explainFailure = (failure: Failure, messages: Messages, activity: Activity = "using"): Explanation => {
  const message = messageOf(failure, activity);
  const extra = failure.kind === "problem" ? [...waitOf(failure, messages), ...claimsOf(failure, messages)] : [];
  return {
    text: [messages.problems[message], ...extra].join(" "),
    reference: failure.kind === "problem" ? failure.requestId : null,
    canRetry: isTransient(failure) || message === "unknown" || message === "linkNotActive",
    needsReload: message === "app" || message === "otherPerson" || message === "signedOut",
  };
};

import type { Environment } from "@roundtrip/contracts/scope";

/** What planning needs to know of a webhook. */
export interface WebhookFilter {
  readonly eventTypes: readonly string[];
  /** Slugs or ids. Empty: every survey, and events of no survey. */
  readonly surveys: readonly string[];
}

export interface EventFacts {
  readonly type: string;
  /** Slug and id of the survey that the event belongs to; none for events about people. */
  readonly survey: { readonly slug: string; readonly surveyId: string } | null;
}

export const wantsEvent = (webhook: WebhookFilter, event: EventFacts): boolean =>
  webhook.eventTypes.some((pattern) => matchesType(pattern, event.type)) &&
  matchesSurvey(webhook.surveys, event.survey);

const matchesType = (pattern: string, type: string): boolean =>
  pattern === "*" || pattern === type || (pattern.endsWith(".*") && type.startsWith(pattern.slice(0, -1)));

const matchesSurvey = (surveys: readonly string[], survey: EventFacts["survey"]): boolean => {
  if (surveys.length === 0) return true;
  if (!survey) return false;
  return surveys.some(
    (wanted) => wanted.toLowerCase() === survey.slug.toLowerCase() || wanted.toLowerCase() === survey.surveyId,
  );
};

/** The first pattern that no event type fits: a typing error that would otherwise wait in silence for ever. */
export const findUselessPattern = (patterns: readonly string[], types: readonly string[]): string | null =>
  patterns.find((pattern) => !types.some((type) => matchesType(pattern, type))) ?? null;

/** Why a URL cannot be a webhook's, before anyone asks where it leads. */
export type UrlRefusal =
  | "not_a_url"
  | "scheme_not_allowed"
  | "https_required"
  | "credentials_in_url"
  | "port_not_allowed";

export const refuseUrl = (text: string, environment: Environment): UrlRefusal | null => {
  if (!URL.canParse(text)) return "not_a_url";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "scheme_not_allowed";
  if (url.protocol === "http:" && environment === "live") return "https_required";
  if (url.username !== "" || url.password !== "") return "credentials_in_url";
  // The parser refuses anything above 65535; 0 is "any port", which nobody listens on.
  return url.port === "0" ? "port_not_allowed" : null;
};

export const refusalSentence: Readonly<Record<UrlRefusal | "address_not_allowed", string>> = {
  not_a_url: "must be an absolute URL",
  scheme_not_allowed: "must be an http or https URL",
  https_required: "must be an https URL in a live workspace",
  credentials_in_url: "must not hold a user name or password",
  port_not_allowed: "must not name port 0",
  address_not_allowed: "must lead to a public address",
};
